//! A workflow struct without methods.

use durable::prelude::*;

#[workflow(queue = "orders", id = "order-{order_id}")]
#[derive(Default)]
struct Order;

fn main() {}
