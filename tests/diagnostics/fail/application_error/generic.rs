//! An error with parameters.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError<T> {
    #[error("declined")]
    Declined(T),
}

fn main() {}
