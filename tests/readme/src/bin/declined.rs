//! The README's program with a card that is declined.

use durable::dev_server::DevServer;
use durable::prelude::*;

#[derive(Debug, Serialize, Deserialize)]
struct Order { id: String, amount: f64 }

/// An activity does the work. It stays an ordinary function: a unit test calls it directly.
#[activity(queue = "payments", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
    let _ = (order_id, amount);
    Err(ApplicationFailure::non_retryable("the card was declined").into())
}

/// A workflow decides what is done. It survives crashes of its worker, for days if need be.
#[workflow(queue = "orders", id = "order-{id}")]
#[derive(Default)]
struct OrderWorkflow { approved: bool }

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        Ok(charge::execute(ctx, order.id, order.amount).await?)   // on its own queue, `payments`
    }

    #[signal]
    fn approve(&mut self) { self.approved = true; }
}

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = DevServer::start().await?;                       // or any server: Client::from_env()
    let client = Client::connect(server.address()).await?;
    let workers = Workers::new(&client).start().await?;           // one for each annotated queue

    let order = OrderWorkflow::start(&client, Order { id: "7".into(), amount: 12.5 }).await?;
    order.approve().await?;                                       // signals are methods of the handle
    println!("{}", order.result().await?);                        // charged 12.5 for order 7
    workers.shutdown().await
}
