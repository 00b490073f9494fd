//! Contexts by value, where a type of that name would be an input.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(ctx.state(|state| state.approved))
    }

    #[query]
    fn approved(&self, ctx: WorkflowContextView) -> bool {
        self.approved && ctx.workflow_id().is_empty()
    }
}

fn main() {}
