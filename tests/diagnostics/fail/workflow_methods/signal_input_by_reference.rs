//! A signal whose input is borrowed, in the place of a context.

use durable::prelude::*;

#[derive(Serialize, Deserialize)]
struct Receipt {
    number: u32,
}

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

    #[signal]
    fn approve(&mut self, receipt: &Receipt) {
        self.approved = receipt.number > 0;
    }
}

fn main() {}
