//! An input that cannot be sent.

use durable::prelude::*;

struct Receipt {
    number: u32,
}

#[activity(queue = "payments")]
async fn print(receipt: Receipt) -> Result<u32, ActivityError> {
    Ok(receipt.number)
}

fn main() {}
