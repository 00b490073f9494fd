//! The workflow of the page's handlers.

use durable::prelude::*;
use durable::web::{Input, Started};

#[workflow(queue = "book-web", name = "WebOrderWorkflow")]
#[derive(Default)]
pub struct OrderWorkflow;

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
        Ok(id)
    }
}

pub async fn place(client: Client, Input(id): Input<String>) -> durable::Result<Started> {
    Ok(Started::of(&OrderWorkflow::start(&client, id).await?))
}
