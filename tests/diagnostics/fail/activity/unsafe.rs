//! An activity that is unsafe.

use durable::prelude::*;

#[activity(queue = "payments")]
unsafe fn charge(order_id: String) -> Result<String, ActivityError> {
    Ok(order_id)
}

fn main() {}
