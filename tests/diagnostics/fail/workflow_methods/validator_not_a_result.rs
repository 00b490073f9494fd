//! A validator that says yes or no.

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

    #[update]
    fn reset(&mut self, approved: bool) -> bool {
        std::mem::replace(&mut self.approved, approved)
    }

    #[update_validator(reset)]
    fn check(&self, approved: &bool) -> bool {
        *approved != self.approved
    }
}

fn main() {}
