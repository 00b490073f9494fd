//! Values that the next run of a workflow keeps: those of the start, and those that a run has set.

use durable::client::{Priority, WorkflowHandle};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::WorkflowExecutionStartedEventAttributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
use durable::workflow::{ContinueAsNewOptions, SearchAttributeKey};
use durable_tests::{events, unique};

use crate::client;

fn tier() -> SearchAttributeKey<String> {
    SearchAttributeKey::keyword("CustomerTier")
}

fn amount() -> SearchAttributeKey<f64> {
    SearchAttributeKey::float("Amount")
}

/// The values that a run finds.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Found {
    owner: Option<String>,
    note: Option<String>,
    removed: bool,
    tier: Option<String>,
    amount: Option<f64>,
    tenant: Option<Vec<u8>>,
}

fn found<W>(ctx: &WorkflowContext<W>) -> Found {
    let memo = ctx.memo();
    let attributes = ctx.search_attributes();
    Found {
        owner: memo.get("owner").ok().flatten(),
        note: memo.get("note").ok().flatten(),
        removed: !memo.contains_key("old"),
        tier: attributes.get(&tier()),
        amount: attributes.get(&amount()),
        tenant: ctx.headers().get("tenant").map(|header| header.data.clone()),
    }
}

#[workflow(queue = "continued", retry(maximum_attempts = 3, initial_interval = "7s"))]
#[derive(Default)]
struct Ledger;

#[workflow_methods]
impl Ledger {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (how, runs): (String, u32),
    ) -> WorkflowResult<Found> {
        if runs == 2 {
            ctx.set_memo("owner", "Bea".to_owned())?;
            ctx.set_memo("note", "taken over".to_owned())?;
            ctx.remove_memo("old")?;
            ctx.set_search_attribute(&tier(), "gold".to_owned())?;
            ctx.remove_search_attribute(&amount());
        }
        let mut options = ContinueAsNewOptions::default();
        if how == "own memo" {
            let mut memo = durable::sdk::temporalio_common::MemoValues::new();
            memo.insert("owner", "Cid".to_owned());
            options.memo = Some(memo);
        }
        if runs > 0 {
            ctx.sleep(Duration::from_millis(1)).await?;
            let input = (how, runs - 1);
            if input.0 == "on the current version" {
                ctx.continue_as_new_on_current_version(input, options)?;
            } else {
                ctx.continue_as_new(input, options)?;
            }
        }
        Ok(found(ctx))
    }
}

async fn start(how: &str) -> LedgerHandle {
    let client = client().await;
    let header = Payload { data: b"acme".to_vec(), ..Payload::default() };
    Ledger::start(&client, (how.to_owned(), 2))
        .id(unique("continued"))
        .memo("owner", "Ada".to_owned())
        .memo("old", 1_u32)
        .search_attribute(&tier(), "silver".to_owned())
        .search_attribute(&amount(), 1.5)
        .header("tenant", header)
        .summary("a summary")
        .details("some details")
        .priority(Priority::builder().priority_key(2).fairness_key("acme").build())
        .execution_timeout(Duration::from_secs(600))
        .run_timeout(Duration::from_secs(300))
        .task_timeout(Duration::from_secs(20))
        .await
        .expect("it starts")
}

#[tokio::test]
async fn memo_attributes_and_headers_are_those_of_the_run_before() {
    for how in ["", "on the current version"] {
        let expected = Found {
            owner: Some("Bea".to_owned()),
            note: Some("taken over".to_owned()),
            removed: true,
            tier: Some("gold".to_owned()),
            amount: None,
            tenant: Some(b"acme".to_vec()),
        };
        assert_eq!(start(how).await.result().await.unwrap(), expected, "{how}");
    }
}

#[tokio::test]
async fn a_memo_of_the_options_replaces_that_of_the_run() {
    let found = start("own memo").await.result().await.unwrap();
    assert_eq!((found.owner.as_deref(), found.note, found.removed), (Some("Cid"), None, true));
}

async fn started<W: durable::client::HasHandle>(
    handle: &WorkflowHandle<W>,
) -> (WorkflowExecutionStartedEventAttributes, Vec<Vec<u8>>) {
    let event = events(handle).await.into_iter().next().expect("a workflow has a first event");
    let metadata = event.user_metadata.unwrap_or_default();
    let texts = [metadata.summary, metadata.details].into_iter().flatten();
    let texts = texts.map(|payload| payload.data).collect();
    match event.attributes {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => (started, texts),
        other => panic!("it is no start: {other:?}"),
    }
}

#[tokio::test]
async fn options_of_the_start_hold_for_every_run() {
    let first = start("").await;
    first.result().await.unwrap();
    let (before, texts) = started(&first).await;
    let last = Ledger::handle(first.client(), first.id());
    let (after, texts_after) = started(&last).await;
    assert!(!after.continued_execution_run_id.is_empty());
    assert_eq!(after.first_execution_run_id, first.run_id().unwrap());
    assert_eq!(after.retry_policy, before.retry_policy);
    assert_eq!(after.workflow_run_timeout, before.workflow_run_timeout);
    assert_eq!(after.workflow_task_timeout, before.workflow_task_timeout);
    assert_eq!(after.workflow_execution_timeout, before.workflow_execution_timeout);
    assert_eq!(after.priority, before.priority);
    assert_eq!(after.header, before.header);
    assert_eq!(texts, [b"\"a summary\"".to_vec(), b"\"some details\"".to_vec()]);
    // Server 1.32.0 has no place for them in the command that ends a run.
    assert_eq!(texts_after, Vec::<Vec<u8>>::new());
}

/// An entity whose runs end after each command.
#[workflow(queue = "continued")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Owned {
    inbox: Inbox<String>,
    done: bool,
}

impl Entity for Owned {
    type Command = String;
    type Reply = ();

    fn inbox(&self) -> &Inbox<String> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<String>) -> Self {
        Self { inbox, done: self.done }
    }

    fn has_ended(&self) -> bool {
        self.done
    }
}

#[workflow_methods]
impl Owned {
    #[init]
    fn new(owned: Owned) -> Self {
        owned
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Found> {
        let options = EntityOptions::default().continue_after(1);
        entity::run(ctx, options, async |ctx, owner| {
            if owner == "end" {
                ctx.state_mut(|owned| owned.done = true);
            } else {
                ctx.set_memo("owner", owner)?;
                ctx.set_search_attribute(&tier(), "gold".to_owned())?;
            }
            Ok(())
        })
        .await?;
        Ok(found(ctx))
    }

    #[signal]
    fn own(&mut self, owner: String) {
        self.inbox.push(owner);
    }
}

#[tokio::test]
async fn an_entity_keeps_what_a_run_has_set() {
    let client = client().await;
    let start = Owned::start(&client, Owned::default()).id(unique("continued"));
    let owned = start.memo("owner", "Ada".to_owned()).await.unwrap();
    for owner in ["Bea", "end"] {
        owned.own(owner.to_owned()).await.unwrap();
    }
    let found = owned.result().await.unwrap();
    assert_eq!((found.owner.as_deref(), found.tier.as_deref()), (Some("Bea"), Some("gold")));
    assert_ne!(owned.describe().await.unwrap().run_id(), owned.run_id().unwrap());
}
