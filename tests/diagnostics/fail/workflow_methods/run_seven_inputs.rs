//! A run with seven inputs.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
    ) -> WorkflowResult<bool> {
        let _ = (a, b, c, d, e, f, g);
        Ok(ctx.state(|state| state.approved))
    }
}

fn main() {}
