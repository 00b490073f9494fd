//! Generic code that is given what is no workflow, or another input than the workflow takes.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(order_id: u64, email: String) -> WorkflowResult<String> {
        Ok(format!("{order_id} {email}"))
    }
}

struct Other;

async fn run_one<W: BaseWorkflow<I, O>, I, O>(client: &Client, input: I) -> durable::Result<O> {
    W::execute(client, input).await
}

async fn calls(client: &Client) -> durable::Result<()> {
    run_one::<Order, _, _>(client, 7).await?;
    run_one::<Other, u64, String>(client, 7).await?;
    Ok(())
}

fn main() {
    let _ = calls;
}
