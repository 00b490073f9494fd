//! The language model, behind a trait: the workflow does not know which one answers.

use std::fmt;

/// A model that answers a prompt. A real one asks over the network and is slow, dear and sometimes
/// down, which is why every call of it is an activity.
pub trait Model: Send + Sync {
    /// The model's answer.
    ///
    /// # Errors
    /// [`Overloaded`], which passes.
    fn answer(&self, prompt: &str) -> Result<String, Overloaded>;
}

/// The model has no time.
#[derive(Debug)]
pub struct Overloaded;

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the model is overloaded")
    }
}

impl std::error::Error for Overloaded {}

/// A stand-in that needs no network, and always says the same.
pub struct Parrot;

impl Model for Parrot {
    fn answer(&self, prompt: &str) -> Result<String, Overloaded> {
        Ok(match prompt.split_once(": ") {
            Some(("questions", topic)) => format!("what is {topic}?\nwho needs {topic}?"),
            Some(("answer", question)) => {
                format!("much has been written on \"{}\"", question.trim_end_matches('?'))
            }
            Some(("report", findings)) => format!("REPORT\n{findings}"),
            _ => format!("no idea what \"{prompt}\" means"),
        })
    }
}
