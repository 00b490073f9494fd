//! Many futures, polled by wake-ups.

use futures_util::future;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let naps = (1..9).map(|seconds| ctx.sleep(Duration::from_secs(seconds)));
        future::join_all(naps).await;
        Ok(())
    }
}

fn main() {}
