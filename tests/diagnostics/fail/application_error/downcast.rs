//! Asks a failure for a type that is no application error.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[error("declined")]
struct Declined;

fn declined(error: &durable::Error) -> bool {
    error.downcast::<Declined>().is_some()
}

fn main() {}
