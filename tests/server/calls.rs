//! Calls with a value that cannot be sent: each is an error of the call, which names it and which
//! workflow code can handle, and no workflow task is repeated.

use std::collections::BTreeMap;

use durable::Error;
use durable::client::Priority;
use durable::error::{INVALID_CALL, InvalidCall, InvalidOutput};
use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::workflow::{
    ActivityCall, ContinueAsNewOptions, SearchAttributeKey, WorkflowTermination,
};
use durable_tests::{attributes, unique};

use crate::client;

/// A map whose keys are no text, which JSON does not have.
pub type Unwritable = BTreeMap<Vec<u8>, u32>;

pub fn unwritable() -> Unwritable {
    BTreeMap::from([(vec![1], 1)])
}

#[activity(queue = "calls", retry(maximum_attempts = 1))]
pub async fn take(_map: Unwritable) {}

#[activity(queue = "calls", retry(initial_interval = "10ms"))]
async fn give() -> Unwritable {
    unwritable()
}

#[activity(queue = "calls", retry(maximum_attempts = 1))]
pub async fn add(number: u32) -> u32 {
    number + 1
}

#[workflow(queue = "calls")]
#[derive(Default)]
pub struct Keeper;

#[workflow_methods]
impl Keeper {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, _map: Unwritable) -> WorkflowResult<Unwritable> {
        Ok(unwritable())
    }

    #[signal]
    fn keep(&mut self, _map: Unwritable) {}
}

#[workflow(queue = "calls")]
#[derive(Default)]
pub struct Idle;

#[workflow_methods]
impl Idle {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, _number: u32) -> WorkflowResult<()> {
        Ok(())
    }

    #[signal]
    fn wake(&mut self) {}
}

#[workflow(queue = "calls")]
#[derive(Default)]
struct Caller {
    done: bool,
}

const DAY: Duration = Duration::from_secs(86_400);

/// An activity's error as that of the workflow's end, so that one form serves all calls.
type Called = Result<(), WorkflowTermination>;

impl Caller {
    async fn activity(ctx: &WorkflowContext<Self>, how: &str) -> Called {
        let long = "x".repeat(1001);
        let call = add::execute(ctx, 1);
        let call = match how {
            "activity: input" => return Ok(take::execute(ctx, unwritable()).await?),
            "activity: local input" => return Ok(take::execute_local(ctx, unwritable()).await?),
            "activity: same id" => {
                let first = add::execute(ctx, 1).activity_id("same").start();
                let second = add::execute(ctx, 2).activity_id("same").await;
                first.await?;
                return Ok(second.map(drop)?);
            }
            "activity: empty id" => call.activity_id(""),
            "activity: long id" => call.activity_id(long),
            "activity: empty queue" => call.task_queue(""),
            "activity: long queue" => call.task_queue(long),
            "activity: queue of the server" => call.task_queue("/_sys/mine"),
            _ => Self::with_options(call, how),
        };
        Ok(call.await.map(drop)?)
    }

    fn with_options<'a>(
        call: ActivityCall<'a, Self, add>,
        how: &str,
    ) -> ActivityCall<'a, Self, add> {
        match how {
            "activity: start-to-close" => {
                call.start_to_close_timeout(Duration::MAX).schedule_to_close_timeout(Duration::ZERO)
            }
            "activity: schedule-to-start" => call.schedule_to_start_timeout(Duration::MAX),
            "activity: heartbeat" => call.heartbeat_timeout(Duration::from_secs(u64::MAX / 2)),
            "activity: no close timeout" => call
                .start_to_close_timeout(Duration::ZERO)
                .schedule_to_close_timeout(Duration::ZERO),
            "activity: contradiction" => {
                call.start_to_close_timeout(2 * DAY).schedule_to_close_timeout(DAY)
            }
            "activity: retry interval" => {
                let retry = RetryOptions::default().initial_interval(Duration::MAX);
                call.retry(retry.maximum_interval(Duration::MAX))
            }
            "activity: retry coefficient" => {
                call.retry(RetryOptions::default().backoff_coefficient(0.5))
            }
            "activity: priority" => {
                call.priority(Priority::builder().priority_key(u32::MAX).build())
            }
            "activity: fairness" => {
                call.priority(Priority::builder().fairness_key("x".repeat(65)).build())
            }
            "activity: weight" => call.priority(Priority::builder().fairness_weight(-1.0).build()),
            _ => unreachable!("{how}"),
        }
    }

    async fn child(ctx: &WorkflowContext<Self>, how: &str) -> Called {
        let call = Idle::execute_child(ctx, 1);
        let call = match how {
            "child: input" => {
                return Ok(Keeper::execute_child(ctx, unwritable()).await.map(drop)?);
            }
            "child: empty id" => call.id(""),
            "child: long id" => call.id("x".repeat(1001)),
            "child: empty queue" => call.task_queue(""),
            "child: run timeout" => call.run_timeout(Duration::MAX),
            "child: contradiction" => call.run_timeout(2 * DAY).execution_timeout(DAY),
            "child: cron" => call.cron_schedule("whenever"),
            "child: cron that never comes" => call.cron_schedule("0 0 31 2 *"),
            "child: attribute" => {
                call.search_attribute(&SearchAttributeKey::keyword("Mark"), "x".repeat(3000))
            }
            "child: not a number" => {
                call.search_attribute(&SearchAttributeKey::float("Rate"), f64::NAN)
            }
            _ => unreachable!("{how}"),
        };
        Ok(call.await?)
    }

    async fn other(ctx: &WorkflowContext<Self>, how: &str) -> Called {
        let options = ContinueAsNewOptions::default();
        match how {
            "signal: input" => Ok(Keeper::external(ctx, "nobody").keep(unwritable()).await?),
            "signal: empty id" => Ok(Idle::external(ctx, "").wake().await?),
            "signal: long id" => Ok(Idle::external(ctx, "x".repeat(1001)).wake().await?),
            "cancel: empty id" => Ok(Idle::external(ctx, "").cancel("no reason").await?),
            "memo" => Ok(ctx.set_memo("map", unwritable())?),
            "attribute: value" => {
                let key = SearchAttributeKey::keyword("Mark");
                Ok(ctx.set_search_attribute(&key, "x".repeat(3000))?)
            }
            "attribute: not a number" => {
                Ok(ctx.set_search_attribute(&SearchAttributeKey::float("Rate"), f64::NAN)?)
            }
            "continue: queue" => {
                let options = ContinueAsNewOptions::builder().task_queue("/_sys/mine".to_owned());
                match ctx.continue_as_new(String::new(), options.build())? {}
            }
            "continue: timeout" => {
                let options = ContinueAsNewOptions::builder().run_timeout(Duration::MAX);
                match ctx.continue_as_new(String::new(), options.build())? {}
            }
            _ => match ctx.continue_as_new(how.to_owned(), options)? {},
        }
    }
}

#[workflow_methods]
impl Caller {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<()> {
        match how.as_str() {
            "wait" => ctx.wait_condition(|caller| caller.done).await?,
            _ if how.starts_with("activity") => Self::activity(ctx, &how).await?,
            _ if how.starts_with("child") => Self::child(ctx, &how).await?,
            _ => Self::other(ctx, &how).await?,
        }
        Ok(())
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[update]
    fn map(&mut self) -> Unwritable {
        unwritable()
    }

    #[query]
    fn look(&self) -> Unwritable {
        unwritable()
    }
}

/// The end of a workflow of which no task has failed.
async fn fails<W: durable::client::HasHandle>(
    how: &str,
    run: &durable::client::WorkflowHandle<W>,
) -> Error {
    let end = run.result_within(Duration::from_secs(15)).await;
    let error = end.err().unwrap_or_else(|| panic!("{how}: it does not fail"));
    assert!(matches!(error, Error::Failed { .. }), "{how}: {error:?}");
    assert!(attributes(run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    error
}

/// Each call, the value that its error names, and a part of the problem.
const CASES: &[(&str, &str, &str)] = &[
    ("activity: input", "the input of activity `take`", "key must be a string"),
    ("activity: local input", "the input of activity `take`", "key must be a string"),
    ("activity: empty id", "the call of activity `add`", "the activity id is empty"),
    ("activity: long id", "the call of activity `add`", "the activity id has 1001 bytes"),
    ("activity: empty queue", "the call of activity `add`", "the task queue is empty"),
    ("activity: long queue", "the call of activity `add`", "the task queue has 1001 bytes"),
    ("activity: queue of the server", "the call of activity `add`", "begins with `/_sys/`"),
    ("activity: start-to-close", "the call of activity `add`", "start_to_close_timeout is longer"),
    ("activity: schedule-to-start", "the call of activity `add`", "schedule_to_start_timeout is"),
    ("activity: heartbeat", "the call of activity `add`", "heartbeat_timeout is longer than"),
    ("activity: no close timeout", "the call of activity `add`", "Temporal needs one of them"),
    ("activity: contradiction", "the call of activity `add`", "which limits all attempts together"),
    ("activity: retry interval", "the call of activity `add`", "retry initial_interval is longer"),
    ("activity: retry coefficient", "the call of activity `add`", "backoff_coefficient is 0.5"),
    ("activity: priority", "the call of activity `add`", "the priority key is larger"),
    ("activity: fairness", "the call of activity `add`", "the fairness key has 65 bytes"),
    ("activity: weight", "the call of activity `add`", "the fairness weight is negative"),
    ("child: cron", "the start of child workflow `Idle`", "expected five fields"),
    (
        "child: cron that never comes",
        "the start of child workflow `Idle`",
        "no month has such a day",
    ),
    ("activity: same id", "the call of activity `add`", "another activity with the id `same`"),
    ("child: input", "the input of child workflow `Keeper`", "key must be a string"),
    ("child: empty id", "the start of child workflow `Idle`", "the workflow id is empty"),
    ("child: long id", "the start of child workflow `Idle`", "the workflow id has 1001 bytes"),
    ("child: empty queue", "the start of child workflow `Idle`", "the task queue is empty"),
    ("child: run timeout", "the start of child workflow `Idle`", "run_timeout is longer than"),
    (
        "child: contradiction",
        "the start of child workflow `Idle`",
        "which limits all runs together",
    ),
    ("child: attribute", "the start of child workflow `Idle`", "`Mark` is invalid: the value has"),
    ("child: not a number", "the start of child workflow `Idle`", "search attribute `Rate`"),
    ("signal: input", "the input of signal `keep`", "key must be a string"),
    ("signal: empty id", "the signal `wake` to another workflow", "the workflow id is empty"),
    ("signal: long id", "the signal `wake` to another workflow", "has 1001 bytes"),
    ("cancel: empty id", "the cancellation of another workflow", "the workflow id is empty"),
    ("memo", "the memo `map`", "key must be a string"),
    ("attribute: value", "the search attribute `Mark`", "the server takes 2048 at most"),
    ("attribute: not a number", "the search attribute `Rate`", ""),
    ("continue: queue", "the continued run of workflow `Caller`", "begins with `/_sys/`"),
    ("continue: timeout", "the continued run of workflow `Caller`", "run_timeout is longer"),
];

#[tokio::test]
async fn is_an_error_of_the_call_which_names_the_value() {
    let client = client().await;
    for (how, what, problem) in CASES {
        let run = Caller::start(&client, (*how).to_owned()).id(unique("calls")).await.unwrap();
        let error = fails(how, &run).await;
        let invalid: InvalidCall = error.downcast().unwrap_or_else(|| panic!("{how}: {error:?}"));
        assert_eq!(invalid.what, *what, "{how}: {invalid}");
        assert!(invalid.problem.contains(problem), "{how}: {invalid}");
        let Error::Failed { failure, .. } = &error else { unreachable!("it was looked at") };
        assert_eq!(failure.root().type_name(), Some(INVALID_CALL), "{how}: {error:?}");
    }
}

#[tokio::test]
async fn outputs_that_cannot_be_written_are_errors_that_name_whose_they_are() {
    let client = client().await;
    let run = Keeper::start(&client, BTreeMap::new()).id(unique("calls")).await.unwrap();
    let invalid: InvalidOutput = fails("run", &run).await.downcast().unwrap();
    assert_eq!(invalid.what, "the output of workflow `Keeper`");
    assert_eq!(invalid.problem, "it cannot be serialized: key must be a string");

    let run = Giver::start(&client).id(unique("calls")).await.unwrap();
    let error = fails("activity", &run).await;
    assert_eq!(error.downcast::<InvalidOutput>().unwrap().what, "the output of activity `give`");
    assert_eq!(attributes(&run, EventType::ActivityTaskStarted).await.len(), 1);

    let run = Caller::start(&client, "wait".to_owned()).id(unique("calls")).await.unwrap();
    let update = run.map().await.unwrap_err();
    assert_eq!(update.downcast::<InvalidOutput>().unwrap().what, "the output of update `map`");
    let query = run.look().await.unwrap_err();
    assert!(matches!(query, Error::QueryFailed { .. }), "{query:?}");
    run.finish().await.unwrap();
    run.result().await.unwrap();
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty());
}

#[workflow(queue = "calls")]
#[derive(Default)]
struct Giver;

#[workflow_methods]
impl Giver {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(give::execute(ctx).await?.into_values().sum())
    }
}
