//! An attempt that may take longer than all attempts together.

use durable::prelude::*;

#[activity(queue = "payments", start_to_close_timeout = "2h", schedule_to_close_timeout = "1h")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
