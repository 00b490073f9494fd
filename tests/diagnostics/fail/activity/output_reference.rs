//! Outputs that are borrowed: of an activity, a workflow and a query.

use durable::prelude::*;

#[activity(queue = "payments")]
async fn currencies() -> Result<Vec<&'static str>, ActivityError> {
    Ok(vec!["EUR"])
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct OrderWorkflow {
    status: String,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run() -> WorkflowResult<&'static str> {
        Ok("done")
    }

    #[query]
    fn status(&self) -> &str {
        &self.status
    }
}

async fn called(client: &Client) -> durable::Result<bool> {
    let order = OrderWorkflow::start(client).await?;
    Ok(order.result().await? == order.status().await?)
}

fn main() {}
