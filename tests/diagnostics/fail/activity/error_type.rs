//! An error that is no activity error.

use durable::prelude::*;

struct Declined;

#[activity(queue = "payments")]
async fn charge(order_id: String) -> Result<String, Declined> {
    if order_id.is_empty() { Err(Declined) } else { Ok(order_id) }
}

fn main() {}
