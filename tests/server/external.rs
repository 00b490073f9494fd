//! Workflows that reach other workflows by their id, whoever started those.

use durable::prelude::*;

use crate::children::{Deliver, Fate, parcel};
use crate::client;

/// Signals and cancels workflows that others started.
#[workflow(queue = "children")]
#[derive(Default)]
struct Dispatcher;

#[workflow_methods]
impl Dispatcher {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (handed, cancelled): (String, String),
    ) -> WorkflowResult<String> {
        let handed = Deliver::external(ctx, handed);
        handed.hand_over("Bob".to_owned(), false).await?;
        Deliver::external(ctx, cancelled).cancel("sold out").await?;
        let nobody = Deliver::external(ctx, "there-is-no-such-parcel");
        let unheard = nobody.hurry().await.is_err() && nobody.cancel("why not").await.is_err();
        Ok(format!("{} {unheard}", handed.id()))
    }
}

#[tokio::test]
async fn any_workflow_can_be_signalled_and_cancelled_by_its_id() -> durable::Result<()> {
    let client = client().await;
    let first = Deliver::start(&client, parcel(Fate::Wait)).await?;
    let second = Deliver::start(&client, parcel(Fate::Wait)).await?;
    let ids = (first.id().to_owned(), second.id().to_owned());
    let dispatched = Dispatcher::execute(&client, ids).await?;
    assert_eq!(dispatched, format!("{} true", first.id()));
    assert!(first.result().await?.ends_with("to Bob, hurried 0 times"));
    assert!(matches!(second.result().await, Err(durable::Error::Cancelled { .. })));
    Ok(())
}
