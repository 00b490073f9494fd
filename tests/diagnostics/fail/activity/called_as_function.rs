use durable::prelude::*;
use durable::workflow::join;

#[activity(queue = "orders")]
async fn charge(order: u32) -> u32 {
    order
}

mod warehouse {
    #[durable::activity(queue = "orders")]
    pub async fn reserve(order: u32) -> u32 {
        order
    }
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct OrderWorkflow {
    reserved: u32,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: u32) -> WorkflowResult<u32> {
        let charged = charge::execute(ctx, order).await?;
        let again = charge(order).await;
        let (one, _) = join!(charge(order), warehouse::reserve::start(ctx, order));
        Ok(charged + again + one)
    }

    #[signal]
    fn reserve(&mut self, order: u32) {
        let reserved = warehouse::reserve(order);
        drop(reserved);
        self.reserved += 1;
    }
}

fn main() {}
