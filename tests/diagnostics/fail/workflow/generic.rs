//! A workflow for every type.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order<T> {
    item: T,
}

#[workflow_methods]
impl<T> Order<T> {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

fn main() {}
