//! An output that can be sent, and not received.

use durable::prelude::*;

#[derive(Serialize)]
struct Receipt {
    number: u32,
}

#[activity(queue = "payments")]
async fn print(number: u32) -> Result<Receipt, ActivityError> {
    Ok(Receipt { number })
}

fn main() {}
