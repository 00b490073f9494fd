//! Values of the wrong kind, each told at its place.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    #[failure(non_retryable = true)]
    Declined,
    #[error("busy")]
    #[failure(next_retry_delay = "soon")]
    Busy,
    #[error("late")]
    #[failure(next_retry_delay = 30)]
    Late,
    #[error("now")]
    #[failure(next_retry_delay = "0s")]
    Now,
    #[error("gone")]
    #[failure(type_name = "")]
    Gone,
    #[error("odd")]
    #[failure]
    Odd,
}

fn main() {}
