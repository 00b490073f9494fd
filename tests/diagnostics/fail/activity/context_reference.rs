//! An activity context by reference.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(ctx: &ActivityContext, order_id: String) -> Result<String, ActivityError> {
    Ok(format!("{order_id}: {}", ctx.info().attempt))
}

fn main() {}
