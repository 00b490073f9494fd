//! A key with a typing mistake.

use durable::prelude::*;

#[activity(quue = "payments")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
