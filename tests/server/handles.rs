//! Signals, queries and updates as methods of the handle, good and bad.

use durable::Error;
use durable::prelude::*;
use durable::sdk::temporalio_client::{
    UntypedQuery, UntypedSignal, UntypedUpdate, UntypedWorkflow, WorkflowExecuteUpdateOptions,
    WorkflowQueryOptions, WorkflowSignalOptions,
};
use durable::sdk::temporalio_common::data_converters::{PayloadConverter, RawValue};
use durable_tests::unique;

use crate::client;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Item {
    name: String,
    pieces: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is not in the basket")]
struct NotThere(String);

/// A basket with a handler of every form.
#[workflow(queue = "handles")]
#[derive(Default)]
struct BasketWorkflow {
    items: Vec<Item>,
    closed: bool,
}

#[workflow_methods]
impl BasketWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<Item>> {
        ctx.wait_condition(|state| state.closed).await?;
        Ok(ctx.state(|state| state.items.clone()))
    }

    #[signal]
    fn add(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Two inputs, and a context that it does not need but may ask for.
    #[signal(name = "add-pieces")]
    fn add_pieces(&mut self, ctx: &mut SyncWorkflowContext<Self>, name: String, pieces: u32) {
        let _ = ctx.workflow_id();
        self.items.push(Item { name, pieces });
    }

    #[signal]
    async fn add_later(ctx: &mut WorkflowContext<Self>, item: Item) {
        if ctx.sleep(Duration::from_millis(20)).await.is_ok() {
            ctx.state_mut(|state| state.items.push(item));
        }
    }

    #[query]
    fn items(&self) -> Vec<Item> {
        self.items.clone()
    }

    #[query]
    fn find(&self, ctx: &WorkflowContextView, name: String) -> Result<Item, NotThere> {
        let _ = ctx.run_id();
        let found = self.items.iter().find(|item| item.name == name).cloned();
        found.ok_or(NotThere(name))
    }

    #[update]
    fn remove(&mut self, name: String) -> Result<Item, NotThere> {
        let index = self.items.iter().position(|item| item.name == name);
        index.map(|index| self.items.remove(index)).ok_or(NotThere(name))
    }

    #[update_validator(remove)]
    fn check_remove(&self, name: &str) -> Result<(), String> {
        if name.is_empty() { Err("what is to be removed?".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn close(ctx: &mut WorkflowContext<Self>, patience_ms: u64) -> usize {
        // The handler of an update may wait; the run goes on only when the state is changed.
        let _ = ctx.sleep(Duration::from_millis(patience_ms)).await;
        ctx.state_mut(|state| {
            state.closed = true;
            state.items.len()
        })
    }

    #[update]
    fn fail(&mut self) -> Result<(), ActivityError> {
        Err(ActivityError::application(ApplicationFailure::new("no, never")))
    }
}

fn item(name: &str, pieces: u32) -> Item {
    Item { name: name.to_owned(), pieces }
}

#[tokio::test]
async fn signals_queries_and_updates_are_methods() -> durable::Result<()> {
    let client = client().await;
    let basket = BasketWorkflow::start(&client).await?;
    basket.add(item("pear", 2)).await?;
    basket.add_pieces("fig".to_owned(), 7).await?;
    basket.add_later(item("plum", 1)).await?;
    durable_tests::eventually("plum", || async {
        (basket.items().await.ok()?.len() == 3).then_some(())
    })
    .await;

    assert_eq!(basket.find("fig".to_owned()).await?, item("fig", 7));
    assert_eq!(basket.remove("pear".to_owned()).await?, item("pear", 2));
    assert_eq!(basket.close(10).await?, 2);
    assert_eq!(basket.result().await?, [item("fig", 7), item("plum", 1)]);
    assert_eq!(basket.items().await?.len(), 2, "a closed workflow still answers queries");
    Ok(())
}

#[tokio::test]
async fn an_update_can_be_started_and_waited_for_later() -> durable::Result<()> {
    let client = client().await;
    let basket = BasketWorkflow::start(&client).await?;
    let id = unique("update");
    let closing = basket.close(100).update_id(&id).start().await?;
    assert_eq!(closing.id(), id);
    assert_eq!(closing.result().await?, 0);
    assert_eq!(basket.result().await?, []);
    Ok(())
}

#[tokio::test]
async fn errors_of_queries_and_updates_come_back_with_their_words() -> durable::Result<()> {
    let client = client().await;
    let basket = BasketWorkflow::start(&client).await?;

    let query = basket.find("kiwi".to_owned()).await.expect_err("there is none");
    assert!(matches!(query, Error::QueryFailed { .. }), "{query:?}");
    assert!(format!("{query:?}").contains("kiwi is not in the basket"), "{query:?}");

    let update = basket.remove("kiwi".to_owned()).await.expect_err("there is none");
    assert!(matches!(update, Error::UpdateFailed { .. }), "{update:?}");
    assert!(format!("{update:?}").contains("kiwi is not in the basket"), "{update:?}");

    let rejected = basket.remove(String::new()).await.expect_err("the validator rejects it");
    assert!(format!("{rejected:?}").contains("what is to be removed?"), "{rejected:?}");

    let failed = basket.fail().await.expect_err("it always fails");
    assert!(format!("{failed:?}").contains("no, never"), "{failed:?}");
    basket.terminate("done").await
}

#[tokio::test]
async fn what_has_ended_or_never_was_is_not_found() -> durable::Result<()> {
    let client = client().await;
    let never = BasketWorkflow::handle(&client, unique("never"));
    let not_found = [
        never.add(item("pear", 1)).await.expect_err("signal"),
        never.items().await.map(drop).expect_err("query"),
        never.close(0).await.map(drop).expect_err("update"),
        never.result().await.map(drop).expect_err("result"),
        never.describe().await.map(drop).expect_err("describe"),
        never.cancel("").await.expect_err("cancel"),
        never.terminate("").await.expect_err("terminate"),
    ];
    for error in not_found {
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        assert!(error.to_string().contains(never.id()), "{error}");
    }

    let basket = BasketWorkflow::start(&client).await?;
    basket.close(0).await?;
    basket.result().await?;
    let late = basket.add(item("pear", 1)).await.expect_err("it has ended");
    assert!(matches!(late, Error::NotFound { .. }), "{late:?}");
    Ok(())
}

/// The same workflow, seen through the SDK's untyped handle: what any other client can send.
fn untyped(
    client: &Client,
    id: &str,
) -> durable::sdk::temporalio_client::UntypedWorkflowHandle<durable::sdk::temporalio_client::Client>
{
    client.sdk().get_workflow_handle::<UntypedWorkflow>(id)
}

fn asked() -> WorkflowQueryOptions {
    WorkflowQueryOptions::default()
}

fn updated() -> WorkflowExecuteUpdateOptions {
    WorkflowExecuteUpdateOptions::default()
}

fn raw<T: Serialize + 'static>(value: &T) -> RawValue {
    RawValue::from_value(value, &PayloadConverter::default())
}

#[tokio::test]
async fn bad_and_unknown_signals_are_dropped_and_the_workflow_goes_on() -> durable::Result<()> {
    let client = client().await;
    let basket = BasketWorkflow::start(&client).await?;
    let stranger = untyped(&client, basket.id());
    for (signal, input) in
        [("add", raw(&"not an item")), ("add", RawValue::new(vec![])), ("unheard-of", raw(&1))]
    {
        stranger
            .signal(UntypedSignal::new(signal), input, WorkflowSignalOptions::default())
            .await
            .expect("the server takes every signal");
    }
    basket.add(item("pear", 1)).await?;
    assert_eq!(basket.items().await?, [item("pear", 1)]);
    assert_eq!(basket.close(0).await?, 1);
    assert_eq!(basket.result().await?, [item("pear", 1)]);
    Ok(())
}

#[tokio::test]
async fn bad_and_unknown_queries_and_updates_are_answered_with_the_expectation() {
    let client = client().await;
    let basket = BasketWorkflow::start(&client).await.expect("it starts");
    let stranger = untyped(&client, basket.id());

    let query = stranger.query(UntypedQuery::new("find"), raw(&7), asked()).await;
    let query = query.expect_err("a number is no name").to_string();
    assert!(query.contains("query `find` of workflow BasketWorkflow"), "{query}");
    assert!(query.contains("input `name: String`"), "{query}");
    assert!(query.contains("invalid type: a number, expected a string"), "{query}");

    let query = stranger.query(UntypedQuery::new("fnd"), raw(&7), asked()).await;
    let query = query.expect_err("there is no such query").to_string();
    assert!(query.contains("known names: `items`, `find`"), "{query}");

    let update =
        stranger.execute_update(UntypedUpdate::new("close"), raw(&"soon"), updated()).await;
    let update = format!("{:?}", update.map(drop).expect_err("a word is no number"));
    assert!(update.contains("input `patience_ms: u64`"), "{update}");

    let update = stranger.execute_update(UntypedUpdate::new("cloze"), raw(&1), updated()).await;
    let update = format!("{:?}", update.map(drop).expect_err("there is no such update"));
    assert!(update.contains("cloze"), "{update}");
    basket.terminate("done").await.expect("it runs");
}
