//! Tables and lists of pairs, which fit the terminal.

use std::fmt::Write as _;

use clap::builder::styling::Style;
use textwrap::core::display_width;

use super::width::{self, CutAt};
use super::{BOLD, Page};
use crate::cli::escape;

/// The space between two columns.
const GAP: usize = 2;
/// The width below which no column is cut.
const NARROWEST: usize = 7;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Column {
    heading: &'static str,
    cut: Option<CutAt>,
}

/// Returns a column that is never cut.
pub(in crate::cli) const fn whole(heading: &'static str) -> Column {
    Column { heading, cut: None }
}

/// Returns a column of ids and names, which are cut in the middle.
pub(in crate::cli) const fn ids(heading: &'static str) -> Column {
    Column { heading, cut: Some(CutAt::Middle) }
}

/// Returns a column of sentences, which are cut at the end.
pub(in crate::cli) const fn text(heading: &'static str) -> Column {
    Column { heading, cut: Some(CutAt::End) }
}

/// A cell of a table or the value of a pair, with the style of its text.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(in crate::cli) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::new())
    }
}

/// Makes a row of cells.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($crate::cli::output::Cell::from($cell)),*] };
}
pub(in crate::cli) use row;

/// Formats rows under headings, each column as wide as its widest cell. Columns are cut if the terminal
/// is narrower.
pub(in crate::cli) fn table(columns: &[Column], rows: &[Vec<Cell>]) -> Page {
    let rows: Vec<Vec<(String, Style)>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| (escape::line(&cell.text), cell.style)).collect())
        .collect();
    let natural = columns.iter().enumerate().map(|(place, column)| {
        let cells = rows.iter().map(|row| display_width(&row[place].0));
        cells.chain([display_width(column.heading)]).max().unwrap_or_default()
    });
    let widths = fitted(natural.collect(), columns, width::of_output());
    let mut text = String::new();
    let headings = columns.iter().map(|column| (column.heading.to_owned(), BOLD)).collect();
    for row in [headings].iter().chain(&rows) {
        line(&mut text, row, columns, &widths);
    }
    Page(text)
}

/// Formats a table like [`table`], with a page of details below each row.
pub(in crate::cli) fn table_with_details(columns: &[Column], rows: Vec<(Vec<Cell>, Page)>) -> Page {
    let (rows, details): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let Page(text) = table(columns, &rows);
    let mut lines = text.lines();
    let headings = lines.next().unwrap_or_default();
    let rows = lines.zip(details).map(|(row, Page(details))| format!("{row}\n{details}"));
    Page(format!("{headings}\n{}", rows.collect::<String>()))
}

fn line(text: &mut String, cells: &[(String, Style)], columns: &[Column], widths: &[usize]) {
    let used = cells.iter().rposition(|(cell, _)| !cell.is_empty()).map_or(0, |last| last + 1);
    for (place, (cell, style)) in cells.iter().enumerate().take(used) {
        let cut = columns[place].cut.unwrap_or(CutAt::End);
        let cell = width::cut(cell, widths[place], cut);
        let _ = write!(text, "{style}{cell}{style:#}");
        if place + 1 < used {
            let rest = widths[place].saturating_sub(display_width(&cell)) + GAP;
            text.push_str(&" ".repeat(rest));
        }
    }
    text.push('\n');
}

/// Takes from the widest columns that may be cut, until the table fits.
fn fitted(mut widths: Vec<usize>, columns: &[Column], limit: Option<usize>) -> Vec<usize> {
    let Some(limit) = limit else { return widths };
    let narrowest = |place: usize| display_width(columns[place].heading).max(NARROWEST);
    loop {
        let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let may_be_cut = (0..widths.len())
            .filter(|&place| columns[place].cut.is_some() && widths[place] > narrowest(place));
        match may_be_cut.max_by_key(|&place| widths[place]) {
            Some(widest) if total > limit => widths[widest] -= 1,
            _ => return widths,
        }
    }
}

/// The value of a [pair](pairs): nothing, a line, or several.
pub(in crate::cli) struct Lines(Vec<Cell>);

impl<T: Into<Cell>> From<Option<T>> for Lines {
    fn from(line: Option<T>) -> Self {
        Self(line.map(Into::into).into_iter().collect())
    }
}

impl<T: Into<Cell>> From<Vec<T>> for Lines {
    fn from(lines: Vec<T>) -> Self {
        Self(lines.into_iter().map(Into::into).collect())
    }
}

/// Formats names and values, with the values aligned and wrapped. Names without a value are left out.
pub(in crate::cli) fn pairs(pairs: &[(&str, Lines)]) -> Page {
    let shown = || pairs.iter().filter(|(_, value)| !value.0.is_empty());
    let name_width = shown().map(|(name, _)| display_width(name)).max().unwrap_or_default();
    let room = width::of_output().map(|columns| columns.saturating_sub(name_width + GAP));
    let mut text = String::new();
    for (name, value) in shown() {
        let mut label = *name;
        for Cell { text: value, style } in &value.0 {
            let value = escape::line(value);
            for part in width::wrapped(&value, room) {
                let name = width::padded(label, name_width);
                let _ = writeln!(text, "{BOLD}{name}{BOLD:#}  {style}{part}{style:#}");
                label = "";
            }
        }
    }
    Page(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_room_from_the_widest_columns_that_may_be_cut() {
        let columns = [ids("workflow id"), text("what"), whole("status")];
        for (natural, limit, expected) in [
            (vec![20, 30, 10], None, vec![20, 30, 10]),
            (vec![20, 30, 10], Some(64), vec![20, 30, 10]),
            (vec![20, 30, 10], Some(60), vec![20, 26, 10]),
            (vec![20, 30, 10], Some(44), vec![15, 15, 10]),
            // No narrower than can be read.
            (vec![20, 30, 10], Some(20), vec![11, 7, 10]),
        ] {
            assert_eq!(fitted(natural, &columns, limit), expected, "{limit:?}");
        }
    }
}
