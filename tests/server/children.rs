//! Workflows that call other workflows as their children.

use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::StartChildWorkflowExecutionInitiatedEventAttributes as Initiated;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::workflow::{
    ApplicationFailure, ChildWorkflowCancellationType, IncomingError, ParentClosePolicy,
    WorkflowIdReusePolicy, join, select,
};
use durable_tests::{attributes, eventually, unique};

use crate::client;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) number: String,
    /// The behaviour of the child.
    pub(crate) fate: Fate,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Fate {
    #[default]
    Deliver,
    /// Wait for the signal `hand_over`.
    Wait,
    Fail,
}

/// The child: on a queue of its own, with an id of its own.
#[workflow(queue = "parcels", id = "parcel-{number}", retry(maximum_attempts = 1))]
#[derive(Default)]
pub(crate) struct Deliver {
    handed_to: Option<String>,
    hurried: u32,
}

#[workflow_methods]
impl Deliver {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        match parcel.fate {
            Fate::Deliver => Ok(format!("{} from {}", parcel.number, ctx.task_queue())),
            Fate::Wait => {
                ctx.wait_condition(|state| state.handed_to.is_some()).await?;
                let to = ctx.state(|state| state.handed_to.clone().unwrap_or_default());
                let hurried = ctx.state(|state| state.hurried);
                Ok(format!("{} to {to}, hurried {hurried} times", parcel.number))
            }
            Fate::Fail => Err(ApplicationFailure::builder("the van broke down")
                .type_name("NoVan".to_owned())
                .build()
                .into()),
        }
    }

    #[signal]
    fn hand_over(&mut self, to: String, hurried: bool) {
        self.handed_to = Some(to);
        self.hurried += u32::from(hurried);
    }

    #[signal]
    fn hurry(&mut self) {
        self.hurried += 1;
    }
}

/// The parents: each of them shows one thing.
#[workflow(queue = "children")]
#[derive(Default)]
struct Executes;

#[workflow_methods]
impl Executes {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        Ok(Deliver::execute_child(ctx, parcel).await?)
    }
}

pub(crate) fn parcel(fate: Fate) -> Parcel {
    Parcel { number: unique("p"), fate }
}

async fn initiated<W: durable::client::HasHandle>(handle: &WorkflowHandle<W>) -> Vec<Initiated> {
    let initiated = attributes(handle, EventType::StartChildWorkflowExecutionInitiated).await;
    let initiated = initiated.into_iter().map(|attributes| match attributes {
        Attributes::StartChildWorkflowExecutionInitiatedEventAttributes(initiated) => initiated,
        other => panic!("{other:?}"),
    });
    initiated.collect()
}

#[tokio::test]
async fn a_child_runs_on_its_own_queue_with_its_own_id() -> durable::Result<()> {
    let client = client().await;
    let parcel = parcel(Fate::Deliver);
    let parent = Executes::start(&client, parcel.clone()).await?;
    assert_eq!(parent.result().await?, format!("{} from parcels", parcel.number));

    let child = Deliver::handle(&client, format!("parcel-{}", parcel.number));
    assert!(child.result().await?.starts_with(&parcel.number));
    let initiated = &initiated(&parent).await[0];
    assert_eq!(initiated.task_queue.as_ref().map(|queue| queue.name.as_str()), Some("parcels"));
    // What the child's annotation says, and nothing else.
    assert_eq!(initiated.retry_policy.as_ref().map(|retry| retry.maximum_attempts), Some(1));
    assert_eq!(initiated.workflow_run_timeout.map_or(0, |timeout| timeout.seconds), 0);
    Ok(())
}

#[tokio::test]
async fn the_failure_of_a_child_is_the_cause_of_its_parents() -> durable::Result<()> {
    let client = client().await;
    let failed = Executes::execute(&client, parcel(Fate::Fail)).await;
    let Err(durable::Error::Failed { failure, .. }) = failed else { panic!("{failed:?}") };
    let root = failure.root();
    assert_eq!((root.type_name(), root.message()), (Some("NoVan"), "the van broke down"));
    assert!(failure.chain().any(|link| link.to_string().contains("child workflow Deliver")));
    Ok(())
}

/// Sets all that a call can set.
#[workflow(queue = "children")]
#[derive(Default)]
struct SetsOptions;

#[workflow_methods]
impl SetsOptions {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
        let parcel = Parcel { number: "1".to_owned(), fate: Fate::Deliver };
        let tier = durable::client::SearchAttributeKey::keyword("CustomerTier");
        let child = Deliver::start_child(ctx, parcel)
            .id(id)
            .execution_timeout(Duration::from_secs(100))
            .run_timeout(Duration::from_secs(50))
            .task_timeout(Duration::from_secs(5))
            .retry(RetryOptions::default().maximum_attempts(7))
            .summary("in short")
            .details("at length")
            .parent_close_policy(ParentClosePolicy::Abandon)
            .cancellation_type(ChildWorkflowCancellationType::Abandon)
            .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
            .search_attribute(&tier, "gold".to_owned())
            .await?;
        let run = child.run_id().to_owned();
        let delivered = child.result().await?;
        Ok(format!("{} {run} {delivered}", child.id()))
    }
}

#[tokio::test]
async fn what_a_call_sets_beats_the_childs_annotation() -> durable::Result<()> {
    let client = client().await;
    let id = unique("child");
    let parent = SetsOptions::start(&client, id.clone()).await?;
    let child = Deliver::handle(&client, &id);
    let result = parent.result().await?;
    let run = child.describe().await?.run_id().to_owned();
    assert_eq!(result, format!("{id} {run} 1 from parcels"));

    let initiated = &initiated(&parent).await[0];
    assert_eq!(initiated.workflow_execution_timeout.map(|t| t.seconds), Some(100));
    assert_eq!(initiated.workflow_run_timeout.map(|t| t.seconds), Some(50));
    assert_eq!(initiated.workflow_task_timeout.map(|t| t.seconds), Some(5));
    assert_eq!(initiated.retry_policy.as_ref().map(|retry| retry.maximum_attempts), Some(7));
    assert_eq!(initiated.parent_close_policy().as_str_name(), "PARENT_CLOSE_POLICY_ABANDON");
    let reuse = initiated.workflow_id_reuse_policy().as_str_name();
    assert_eq!(reuse, "WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE");
    assert!(
        initiated
            .search_attributes
            .as_ref()
            .is_some_and(|attributes| { attributes.indexed_fields.contains_key("CustomerTier") })
    );
    Ok(())
}

/// Starts a child, signals it, and waits for it beside a timer.
#[workflow(queue = "children")]
#[derive(Default)]
struct Signals;

#[workflow_methods]
impl Signals {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        let child = Deliver::start_child(ctx, parcel).await?;
        let (first, second) = join!(child.hurry(), child.hurry().summary("now"));
        first.and(second)?;
        child.hand_over("Ada".to_owned(), true).await?;
        select! {
            delivered = child.result() => Ok(delivered?),
            _ = ctx.timer(Duration::from_secs(60)) => Ok("too late".to_owned()),
        }
    }
}

#[tokio::test]
async fn a_parent_signals_its_child() -> durable::Result<()> {
    let client = client().await;
    let parcel = parcel(Fate::Wait);
    let delivered = Signals::execute(&client, parcel.clone()).await?;
    assert_eq!(delivered, format!("{} to Ada, hurried 3 times", parcel.number));
    Ok(())
}

/// Cancels its child, and says how the child ended.
#[workflow(queue = "children")]
#[derive(Default)]
struct Cancels;

#[workflow_methods]
impl Cancels {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, parcel: Parcel) -> WorkflowResult<String> {
        let child = Deliver::start_child(ctx, parcel).await?;
        child.cancel("sold out");
        let ended = child.result().await;
        Ok(match ended {
            Err(error) if error.is_cancelled() => "cancelled".to_owned(),
            other => format!("{other:?}"),
        })
    }
}

#[tokio::test]
async fn a_parent_cancels_its_child() -> durable::Result<()> {
    let client = client().await;
    let parcel = parcel(Fate::Wait);
    assert_eq!(Cancels::execute(&client, parcel.clone()).await?, "cancelled");
    let child = Deliver::handle(&client, format!("parcel-{}", parcel.number)).result().await;
    assert!(matches!(child, Err(durable::Error::Cancelled { .. })), "{child:?}");
    Ok(())
}

/// Starts a child of an id that is taken, and one that fails, and tells what it learns.
#[workflow(queue = "children")]
#[derive(Default)]
struct Inspects;

#[workflow_methods]
impl Inspects {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, taken: Parcel) -> WorkflowResult<Vec<String>> {
        let mut learned = Vec::new();
        let again = Deliver::start_child(ctx, taken).await;
        learned.push(match again {
            Err(error) if error.is_already_started() => "already there".to_owned(),
            other => format!("{other:?}"),
        });
        let failing = Parcel { fate: Fate::Fail, ..Parcel::default() };
        let failed = Deliver::execute_child(ctx, failing).id(ctx.uuid().to_string()).await;
        learned.push(match failed.as_ref().map_err(|error| error.cause()) {
            Err(Some(IncomingError::Application(cause))) => format!("{:?}", cause.type_name()),
            other => format!("{other:?}"),
        });
        Ok(learned)
    }
}

#[tokio::test]
async fn a_parent_learns_why_a_child_did_not_start_or_failed() -> durable::Result<()> {
    let client = client().await;
    let taken = parcel(Fate::Wait);
    let first = Deliver::start(&client, taken.clone()).await?;
    let learned = Inspects::execute(&client, taken).await?;
    assert_eq!(learned, ["already there", "Some(\"NoVan\")"]);
    first.hand_over("Eve".to_owned(), false).await
}

/// Waits for ever beside a child that goes on, one that is told to cancel, and one that is ended.
#[workflow(queue = "children")]
#[derive(Default)]
struct Leaves;

#[workflow_methods]
impl Leaves {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, ids: [String; 3]) -> WorkflowResult<()> {
        let policies = [
            ParentClosePolicy::Abandon,
            ParentClosePolicy::RequestCancel,
            ParentClosePolicy::Terminate,
        ];
        for (number, policy) in ids.into_iter().zip(policies) {
            let parcel = Parcel { number, fate: Fate::Wait };
            Deliver::start_child(ctx, parcel).parent_close_policy(policy).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn what_becomes_of_a_child_is_the_parents_choice() -> durable::Result<()> {
    let client = client().await;
    let ids = [unique("p"), unique("p"), unique("p")];
    Leaves::execute(&client, ids.clone()).await?;
    let [abandoned, cancelled, terminated] =
        ids.map(|id| Deliver::handle(&client, format!("parcel-{id}")));
    assert!(matches!(cancelled.result().await, Err(durable::Error::Cancelled { .. })));
    assert!(matches!(terminated.result().await, Err(durable::Error::Terminated { .. })));
    abandoned.hand_over("Eve".to_owned(), false).await?;
    assert!(abandoned.result().await?.contains("to Eve"));
    Ok(())
}

#[tokio::test]
async fn the_cancellation_of_a_parent_reaches_its_child() -> durable::Result<()> {
    let client = client().await;
    let parcel = parcel(Fate::Wait);
    let parent = Executes::start(&client, parcel.clone()).await?;
    let child = Deliver::handle(&client, format!("parcel-{}", parcel.number));
    eventually("child", || async { child.describe().await.ok() }).await;
    parent.cancel("no").await?;
    assert!(matches!(child.result().await, Err(durable::Error::Cancelled { .. })));
    let ended = parent.result().await;
    assert!(matches!(ended, Err(durable::Error::Cancelled { .. })), "{ended:?}");
    Ok(())
}
