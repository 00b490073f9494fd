//! An error of the program's own that is no application error.

use durable::prelude::*;

#[derive(Debug, thiserror::Error)]
#[error("declined")]
struct Declined;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> Result<bool, Declined> {
        if ctx.state(|state| state.approved) { Ok(true) } else { Err(Declined) }
    }
}

fn main() {}
