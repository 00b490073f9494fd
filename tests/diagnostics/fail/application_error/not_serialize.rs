//! An error whose values cannot travel.

use durable::prelude::*;

#[derive(Debug, thiserror::Error, ApplicationError)]
enum PaymentError {
    #[error("declined")]
    Declined,
}

fn main() {}
