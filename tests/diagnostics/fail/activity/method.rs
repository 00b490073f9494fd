//! A method is no activity.

use durable::prelude::*;

struct Payments;

impl Payments {
    #[activity(queue = "payments")]
    async fn charge(&self, order_id: String) -> Result<String, ActivityError> {
        Ok(order_id)
    }
}

fn main() {}
