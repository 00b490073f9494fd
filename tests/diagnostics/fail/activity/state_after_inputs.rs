//! Dependencies come first.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(order_id: String, rates: State<Vec<f64>>) -> Result<String, ActivityError> {
    Ok(format!("{order_id}: {}", rates.len()))
}

fn main() {}
