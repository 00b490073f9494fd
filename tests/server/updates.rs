//! Updates: rejected ones, those that are found again by their id, and unknown ones.

use durable::Error;
use durable::client::UpdateHandle;
use durable::prelude::*;
use durable_tests::unique;
use serde_json::json;

use crate::client;

/// A cart whose items must have a name.
#[workflow(queue = "updates", id = "{}")]
#[derive(Default)]
struct CartWorkflow {
    items: Vec<String>,
    paid: bool,
    /// The ids of updates that `#[run]` and a signal see.
    other_ids: Vec<Option<String>>,
}

#[workflow_methods]
impl CartWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _id: String) -> WorkflowResult<()> {
        ctx.wait_condition(|cart| !cart.items.is_empty()).await?;
        let id = ctx.update_id();
        ctx.state_mut(|cart| cart.other_ids.push(id));
        ctx.wait_condition(|cart| cart.paid).await?;
        Ok(())
    }

    #[update]
    fn add(&mut self, item: String) -> usize {
        self.items.push(item);
        self.items.len()
    }

    #[update_validator(add)]
    fn check_add(&self, item: &String) -> Result<(), String> {
        if item.is_empty() { Err("a thing must have a name".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn pay(ctx: &mut WorkflowContext<Self>) -> Result<String, ActivityError> {
        ctx.sleep(Duration::from_millis(100)).await?;
        ctx.state_mut(|cart| cart.paid = true);
        Ok("paid".to_owned())
    }

    /// Returns the id of the update to an async handler.
    #[update]
    async fn id_in_async(ctx: &mut WorkflowContext<Self>) -> Result<Option<String>, ActivityError> {
        let before = ctx.update_id();
        ctx.sleep(Duration::from_millis(10)).await?;
        assert_eq!(ctx.update_id(), before);
        Ok(before)
    }

    /// Returns the id of the update to a plain handler.
    #[update]
    fn id_in_plain(&mut self, ctx: &SyncWorkflowContext<Self>) -> Option<String> {
        ctx.update_id()
    }

    #[query]
    fn other_ids(&self) -> Vec<Option<String>> {
        self.other_ids.clone()
    }

    #[signal]
    async fn note_id(ctx: &mut WorkflowContext<Self>) {
        let id = ctx.update_id();
        ctx.state_mut(|cart| cart.other_ids.push(id));
    }

    #[update]
    fn count(&mut self, of: String, least: usize) -> bool {
        self.items.iter().filter(|item| **item == of).count() >= least
    }
}

async fn cart(client: &Client) -> CartWorkflowHandle {
    CartWorkflow::start(client, unique("cart")).await.expect("it starts")
}

#[track_caller]
fn is_rejected<T>(result: durable::Result<T>) {
    match result.map(drop) {
        Err(Error::UpdateFailed { update, failure, .. }) => {
            assert_eq!(update, "add");
            assert!(failure.root().message().contains("a thing must have a name"), "{failure:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn starting_an_update_that_its_validator_rejects_is_an_error() -> durable::Result<()> {
    let client = client().await;
    let cart = cart(&client).await;
    is_rejected(cart.add(String::new()).start().await);
    is_rejected(cart.add(String::new()).await);
    let any = client.workflow(cart.id());
    is_rejected(any.update("add", json!("")).start().await);
    let with_start = CartWorkflow::start(&client, cart.id().to_owned());
    is_rejected(with_start.with_update(|cart| cart.add(String::new())).start().await);

    let accepted = cart.add("pear".to_owned()).start().await?;
    assert_eq!(accepted.result().await?, 1);
    cart.terminate("enough").await
}

#[tokio::test]
async fn a_handler_knows_the_id_of_its_update_and_no_other_code_does() -> durable::Result<()> {
    let client = client().await;
    let cart = cart(&client).await;
    let ids = ["a", "b", "c", "d"].map(unique);
    let [first, second, third, fourth] = &ids;
    let answers = tokio::join!(
        cart.id_in_async().update_id(first),
        cart.id_in_async().update_id(second),
        cart.id_in_plain().update_id(third),
        cart.add("pear".to_owned()).update_id(fourth),
    );
    let answers = [answers.0?, answers.1?, answers.2?];
    assert_eq!(answers.map(|id| id.expect("an update has an id")), ids[..3]);
    cart.note_id().await?;
    assert_eq!(cart.other_ids().await?, [None, None]);
    cart.terminate("enough").await
}

#[tokio::test]
async fn an_update_is_found_again_by_its_id() -> durable::Result<()> {
    let client = client().await;
    let cart = cart(&client).await;
    let (pear, payment) = (unique("pear"), unique("payment"));
    assert_eq!(cart.add("pear".to_owned()).update_id(&pear).await?, 1);
    let started = cart.pay().update_id(&payment).start().await?;
    assert_eq!(started.id(), payment);

    // Another program has nothing but the ids.
    let found = CartWorkflow::handle(&client, cart.id());
    assert_eq!(found.update_handle(CartWorkflowHandle::add, &pear).result().await?, 1);
    let paying = found.update_handle(CartWorkflowHandle::pay, &payment);
    assert_eq!(paying.id(), payment);
    assert_eq!(paying.result().await?, "paid");
    let any: UpdateHandle<_> = client.workflow(cart.id()).update_handle("add", &pear);
    assert_eq!(any.result().await?.json()?, 1);

    let unknown = found.update_handle(CartWorkflowHandle::count, "never-sent").result().await;
    match unknown {
        Err(Error::UpdateNotFound { workflow_id, update_id, .. }) => {
            assert_eq!((workflow_id.as_str(), update_id.as_str()), (cart.id(), "never-sent"));
        }
        other => panic!("{other:?}"),
    }
    let nowhere = CartWorkflow::handle(&client, unique("nobody"));
    let missing = nowhere.update_handle(CartWorkflowHandle::add, &pear).result().await;
    assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
    Ok(())
}

#[tokio::test]
async fn an_unknown_update_names_the_known_ones() -> durable::Result<()> {
    let client = client().await;
    let cart = cart(&client).await;
    let any = client.workflow(cart.id());
    let unknown = [
        any.update("remove", json!("pear")).await.map(drop),
        any.update("remove", json!("pear")).start().await.map(drop),
    ];
    for unknown in unknown {
        let error = unknown.expect_err("there is no such update");
        let text = format!("{error:?}");
        for part in ["update `remove`", "workflow CartWorkflow has", "`add`", "`pay`", "`count`"] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
    cart.terminate("enough").await
}
