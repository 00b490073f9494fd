//! A declared activity called with a wrong type, and as if it had a body; a query asked of a child.

use durable::prelude::*;

#[activity(queue = "elsewhere")]
async fn score(text: String) -> f64;

#[workflow(queue = "elsewhere")]
trait Carrier {
    #[run]
    async fn run(number: String) -> bool;

    #[query]
    fn whereabouts() -> String;
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        score::execute(ctx, 7).await?;
        score("text".to_owned()).await;
        let carrier = Carrier::start_child(ctx, "7".to_owned()).await?;
        carrier.whereabouts().await;
        Ok(())
    }
}

fn main() {}
