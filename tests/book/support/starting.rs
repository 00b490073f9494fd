//! The order of the page before, whose activities nobody needs here.

use durable::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    pub cents: u64,
    pub items: Vec<String>,
}

#[workflow(queue = "book-starting", name = "StartedOrderWorkflow", id = "order-{id}")]
#[derive(Default)]
pub struct OrderWorkflow {
    approved: bool,
    address: String,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        if order.cents > 1000 {
            ctx.wait_condition(|state| state.approved).await?;
        }
        Ok(format!("{} items", order.items.len()))
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[query]
    fn address(&self) -> String {
        self.address.clone()
    }

    #[update]
    fn send_to(&mut self, address: String) -> String {
        std::mem::replace(&mut self.address, address)
    }
}
