//! An activity with a borrowed input.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(order_ids: &[&str]) -> Result<usize, ActivityError> {
    Ok(order_ids.len())
}

fn main() {}
