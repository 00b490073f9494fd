//! Each mistake is reported, in one compile.

use durable::prelude::*;

#[workflow(queue = "", exectuion_timeout = "24h", retry(maximum_attempts = "3"))]
#[derive(Default)]
struct Order {
    approved: bool,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        // What the other code names is there in spite of the mistakes.
        charge::execute(ctx, "7".to_owned(), "EUR").await?;
        Ok(ctx.state(|state| state.approved))
    }

    #[signal]
    fn approve(&mut self, by: &str) -> bool {
        self.approved = !by.is_empty();
        self.approved
    }

    #[query]
    async fn approved(&self) -> bool {
        self.approved
    }
}

#[activity(queue = "payments", start_to_close_timeout = "soon")]
async fn charge(order_id: String, currency: &str) -> Result<String, ActivityError> {
    Ok(format!("{order_id} {currency}"))
}

async fn caller(client: &Client) -> durable::Result<()> {
    let order = Order::start(client).await?;
    order.approve("me").await?;
    let _: bool = order.approved().await?;
    let _: bool = order.result().await?;
    Ok(())
}

fn main() {}
