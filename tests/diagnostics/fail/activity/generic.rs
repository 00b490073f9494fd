//! An activity for every type.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge<T>(order: T) -> Result<u32, ActivityError> {
    drop(order);
    Ok(1)
}

fn main() {}
