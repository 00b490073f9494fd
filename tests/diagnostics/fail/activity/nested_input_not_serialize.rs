//! A list of what cannot be sent.

use durable::prelude::*;

struct Receipt {
    number: u32,
}

#[activity(queue = "payments")]
async fn print(receipts: Vec<Receipt>) -> Result<u32, ActivityError> {
    Ok(receipts.iter().map(|receipt| receipt.number).sum())
}

fn main() {}
