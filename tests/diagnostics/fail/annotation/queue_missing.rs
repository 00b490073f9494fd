//! An activity on no queue.

use durable::prelude::*;

#[activity(start_to_close_timeout = "30s")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
