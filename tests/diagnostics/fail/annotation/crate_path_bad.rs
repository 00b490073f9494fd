//! A path that leads nowhere.

use durable::prelude::*;

#[activity(queue = "payments", crate = nowhere)]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
