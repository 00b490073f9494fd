//! An activity that cannot move between threads.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn charge(order_id: String) -> Result<String, ActivityError> {
    let shared = std::rc::Rc::new(order_id);
    std::future::ready(()).await;
    Ok(shared.to_string())
}

fn main() {}
