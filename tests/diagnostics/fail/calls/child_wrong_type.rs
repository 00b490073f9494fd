//! A child that is called with another input than it takes, and signalled with another.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Ship;

#[workflow_methods]
impl Ship {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, _number: u64) -> WorkflowResult<String> {
        Ok(String::new())
    }

    #[signal]
    fn hurry(&mut self, _by: u32) {}
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        let ship = Ship::start_child(ctx, "7").await?;
        ship.hurry("now").await?;
        Ok(Ship::execute_child(ctx, 7).await?)
    }
}

fn main() {}
