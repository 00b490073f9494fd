//! Keys that contradict each other.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    #[failure(non_retryable, next_retry_delay = "30s")]
    Declined,
    #[error("busy")]
    #[failure(retryable, non_retryable)]
    Busy,
    #[error("gone")]
    #[failure(benign)]
    #[failure(non_retryable)]
    Gone,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("missing")]
#[failure(non_retryable, next_retry_delay = "30s")]
struct Missing;

fn main() {}
