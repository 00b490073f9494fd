//! The workflow that the page's gateway serves, and its callers.

use durable::prelude::*;
use durable::web::axum::http::HeaderValue;

pub fn is_known(key: &HeaderValue) -> bool {
    key == "key-of-the-shop"
}

#[workflow(queue = "book-gateway", name = "GatewayOrderWorkflow")]
#[derive(Default)]
pub struct OrderWorkflow;

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
        Ok(id)
    }
}
