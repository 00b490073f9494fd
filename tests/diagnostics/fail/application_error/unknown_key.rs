//! Keys that are nearly right, and one that is another attribute's.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    #[failure(non_retriable)]
    Declined,
    #[error("busy")]
    #[failure(next_retry = "30s")]
    Busy,
    #[error("gone")]
    #[failure(queue = "payments")]
    Gone,
}

#[activity(queue = "payments")]
async fn charge() -> Result<(), PaymentError> {
    Err(PaymentError::Declined)
}

fn main() {}
