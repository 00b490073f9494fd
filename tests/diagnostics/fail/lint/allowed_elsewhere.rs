//! Allowed where the attribute is not looked for.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
#[allow_nondeterministic("all of it")]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, again: bool) -> WorkflowResult<SystemTime> {
        match again {
            #[allow_nondeterministic("seldom")]
            true => Ok(SystemTime::now()),
            false => Ok(ctx.now()),
        }
    }
}

fn main() {}
