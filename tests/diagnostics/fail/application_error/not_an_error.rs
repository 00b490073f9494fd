//! A type that is no error.

use durable::prelude::*;

#[derive(Debug, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[failure(non_retryable)]
    Declined,
}

fn main() {}
