//! The arguments of the benchmark.

use crate::rows::{ROWS, Row};

/// The rows that are measured, and the place of the result.
pub struct Arguments {
    pub rows: Vec<Row>,
    /// The rounds of each row, if they are not its own.
    pub rounds: Option<usize>,
    pub short: bool,
    /// `true` if the result is written into `docs`.
    pub write: bool,
    /// The words, as they were given.
    pub words: Vec<String>,
}

/// The rounds of a row in the short form.
const SHORT_ROUNDS: usize = 5;

impl Arguments {
    pub fn read(words: &[String]) -> Result<Self, String> {
        let (mut named, mut rounds) = (Vec::new(), None);
        let (mut short, mut write) = (false, false);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--short" => short = true,
                "--write" => write = true,
                "--rounds" => {
                    let number = rest.next().and_then(|number| number.parse().ok());
                    let number = number.filter(|number| *number > 0);
                    rounds = Some(number.ok_or("`--rounds` takes a number above 0")?);
                }
                name => named.push(find(name)?),
            }
        }
        let rows = if named.is_empty() {
            ROWS.iter().filter(|row| row.short || !short).copied().collect()
        } else {
            named
        };
        let rounds = rounds.or(short.then_some(SHORT_ROUNDS));
        if write && rows.len() < ROWS.len() {
            return Err("`--write` takes all rows: leave out their names and `--short`".to_owned());
        }
        Ok(Self { rows, rounds, short, write, words: words.to_vec() })
    }
}

fn find(name: &str) -> Result<Row, String> {
    let row = ROWS.iter().find(|row| row.name == name).copied();
    let names = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    row.ok_or_else(|| format!("unknown row or option `{name}`: the rows are {}", names()))
}
