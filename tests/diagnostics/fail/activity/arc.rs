//! An `Arc` in the place of a `State`.

use std::sync::Arc;

use durable::prelude::*;

struct Database {
    count: u32,
}

#[activity(queue = "payments")]
async fn charge(db: Arc<Database>, amount: u32) -> Result<u32, ActivityError> {
    Ok(amount + db.count)
}

fn main() {}
