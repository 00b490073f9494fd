//! Values that a worker shares with its activities, and drops at its end.

use durable::State;
use durable::prelude::*;
use durable_tests::client;

/// Panics when the last owner is gone.
struct Fragile;

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("poison in the `Drop` of a `State`");
    }
}

#[activity(queue = "faults-state", start_to_close_timeout = "20s")]
async fn look(_state: State<Fragile>) -> bool {
    true
}

#[workflow(queue = "faults-state")]
#[derive(Default)]
struct Look;

#[workflow_methods]
impl Look {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        Ok(look::execute(ctx).await?)
    }
}

#[tokio::test]
async fn a_state_that_panics_when_it_is_dropped_leaves_the_stop_clean() -> durable::Result<()> {
    let client = client().await;
    let workers = Workers::new(&client).queues(["faults-state"]).state(Fragile).start().await?;
    assert!(Look::execute(&client).await?);
    workers.shutdown().await
}
