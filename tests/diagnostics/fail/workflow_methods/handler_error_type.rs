//! An error that no update can have.

use durable::prelude::*;

struct Declined;

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
    fn approve(&mut self) -> Result<bool, Declined> {
        if self.approved { Err(Declined) } else { Ok(true) }
    }
}

fn main() {}
