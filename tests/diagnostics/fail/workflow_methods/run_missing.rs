//! A workflow that does nothing.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[query]
    fn approved(&self) -> bool {
        self.approved
    }
}

fn main() {}
