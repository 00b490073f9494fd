//! A validator of nothing.

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


    #[update_validator(aprove)]
    fn check(&self, by: &str) -> Result<(), String> {
        if by.is_empty() { Err("who are you?".to_owned()) } else { Ok(()) }
    }
}

fn main() {}
