//! An activity for whatever displays.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(order: impl std::fmt::Display) -> Result<String, ActivityError> {
    Ok(order.to_string())
}

fn main() {}
