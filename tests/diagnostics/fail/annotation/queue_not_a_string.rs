//! A queue that is a number.

use durable::prelude::*;

#[activity(queue = 7)]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
