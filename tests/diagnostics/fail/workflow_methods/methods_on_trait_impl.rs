//! Methods of a trait.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Drop for Order {
    fn drop(&mut self) {}
}

fn main() {}
