//! A run without a result.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) {}
}

fn main() {}
