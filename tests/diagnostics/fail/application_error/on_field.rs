//! The attribute on a field.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("declined, its limit is {limit}")]
    Declined {
        #[failure(non_retryable)]
        limit: f64,
    },
}

fn main() {}
