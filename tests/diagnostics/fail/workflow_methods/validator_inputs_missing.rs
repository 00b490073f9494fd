//! A validator that does not look.

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
    fn approve(&mut self, by: String) -> Result<bool, String> {
        self.approved = !by.is_empty();
        Ok(self.approved)
    }


    #[update_validator(approve)]
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
