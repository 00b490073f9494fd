//! The arguments of the benchmark.

use crate::cases::{ROWS, Row};

/// The rows that are measured, with their rounds, and the place of the result.
pub struct Arguments {
    pub rows: Vec<&'static Row>,
    pub rounds: usize,
    /// The workflows of each side in a round.
    pub workflows: u32,
    /// `true` if the result is written into `docs`.
    pub write: bool,
    /// The words, as they were given.
    pub words: Vec<String>,
}

impl Arguments {
    pub fn read(words: &[String]) -> Result<Self, String> {
        let mut read = Self {
            rows: Vec::new(),
            rounds: 9,
            workflows: 60,
            write: false,
            words: words.to_vec(),
        };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let mut number = || {
                let value = rest.next().and_then(|value| value.parse::<u32>().ok());
                value.filter(|value| *value > 0).ok_or(format!("`{word}` takes a number above 0"))
            };
            match word.as_str() {
                "--rounds" => read.rounds = number()? as usize,
                "--workflows" => read.workflows = number()?,
                "--write" => read.write = true,
                name => read.rows.push(find(name)?),
            }
        }
        if read.write && !read.rows.is_empty() {
            return Err("`--write` takes all rows: leave out their names".to_owned());
        }
        if read.rows.is_empty() {
            read.rows = ROWS.iter().collect();
        }
        Ok(read)
    }
}

fn find(name: &str) -> Result<&'static Row, String> {
    let names = || ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
    let row = ROWS.iter().find(|row| row.name == name);
    row.ok_or_else(|| format!("unknown row or option `{name}`: the rows are {}", names()))
}
