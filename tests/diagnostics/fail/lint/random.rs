//! Dice, with a type that is written out.

use durable::prelude::*;

/// Stands for the crate of this name.
mod rand {
    pub fn random<T: Default>() -> T {
        T::default()
    }
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        if rand::random::<u8>() < 128 {
            ctx.sleep(Duration::from_secs(1)).await?;
        }
        Ok(())
    }
}

fn main() {}
