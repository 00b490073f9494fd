//! Reports of replays whose code does something else than the history says.

use durable::client::WorkflowHistory;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::{
    History, HistoryEvent, WorkflowExecutionStartedEventAttributes,
};
use durable::sdk::temporalio_sdk::ChildWorkflowOptions;
use durable::sdk::temporalio_sdk::runtime::WorkflowErrorType;
use durable::testing::ReplayProblem;
use durable::testing::Replayer;
use durable::worker::WorkerOptions;
use durable_tests::{events, unique};

use crate::{client, problems, replay};

#[activity(queue = "before")]
async fn charge() -> u32 {
    1
}

#[activity(queue = "before")]
async fn refund() -> u32 {
    2
}

/// Local activities are those of the workflow's own queue.
#[activity(queue = "after", name = "refund")]
async fn refund_nearby() -> u32 {
    2
}

/// The change of the code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    ActivityToTimer,
    OtherActivity,
    OtherLocalActivity,
    OtherChild,
    ActivityRemoved,
    ActivityAdded,
    NeverEnds,
    PatchRemoved,
    Swapped,
    Failing,
    Panicking,
    Blocking,
    Twice,
}

/// The code that the histories are of.
#[workflow(queue = "before", name = "Changed")]
#[derive(Default)]
struct Before;

#[workflow_methods]
impl Before {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, change: Change) -> WorkflowResult<u32> {
        match change {
            Change::OtherLocalActivity => Ok(charge::execute_local(ctx).await?),
            Change::OtherChild => child(ctx, Nothing).await,
            Change::ActivityAdded => Ok(0),
            Change::Swapped | Change::Twice => {
                charge::execute(ctx).await?;
                if change == Change::Twice {
                    charge::execute(ctx).await?;
                }
                Ok(refund::execute(ctx).await?)
            }
            Change::PatchRemoved => {
                let _ = ctx.patched("free");
                Ok(0)
            }
            _ => Ok(charge::execute(ctx).await?),
        }
    }
}

/// The same workflow after it was changed.
#[workflow(queue = "after", name = "Changed")]
#[derive(Default)]
struct After;

#[workflow_methods]
impl After {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, change: Change) -> WorkflowResult<u32> {
        match change {
            Change::ActivityToTimer => {
                ctx.sleep(Duration::from_millis(1)).await?;
                Ok(0)
            }
            Change::OtherActivity | Change::Twice => Ok(refund::execute(ctx).await?),
            Change::OtherLocalActivity => Ok(refund_nearby::execute_local(ctx).await?),
            Change::OtherChild => child(ctx, Something).await,
            Change::ActivityRemoved | Change::PatchRemoved => Ok(0),
            Change::ActivityAdded => Ok(charge::execute(ctx).await?),
            Change::NeverEnds => {
                charge::execute(ctx).await?;
                ctx.wait_condition(|_| false).await?;
                Ok(0)
            }
            Change::Swapped => {
                refund::execute(ctx).await?;
                Ok(charge::execute(ctx).await?)
            }
            Change::Failing => Err(ApplicationFailure::new("not today").into()),
            Change::Panicking => panic!("not at all"),
            Change::Blocking => {
                #[allow_nondeterministic("a task that takes too long is what is tested")]
                std::thread::sleep(Duration::from_secs(3));
                Ok(0)
            }
        }
    }
}

async fn child<W: 'static, C>(ctx: &WorkflowContext<W>, child: C) -> WorkflowResult<u32>
where
    C: durable::definition::Workflow<Input = (), Output = u32> + 'static,
{
    let child = ctx.start_child_workflow(child, (), ChildWorkflowOptions::default());
    Ok(child.await?.result().await?)
}

#[workflow(queue = "before")]
#[derive(Default)]
struct Nothing;

#[workflow_methods]
impl Nothing {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(0)
    }
}

#[workflow(queue = "before")]
#[derive(Default)]
struct Something;

#[workflow_methods]
impl Something {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(1)
    }
}

/// The history of a run of the code before a change, as if it had run on the queue of the code after.
pub(crate) async fn changed(change: Change) -> Vec<HistoryEvent> {
    let client = client().await;
    let before = Before::start(&client, change).id(unique("changed")).await.expect("it starts");
    before.result().await.expect("it completes");
    let mut events = events(&before).await;
    on_queue(&mut events, "after");
    events
}

pub(crate) fn started(events: &mut [HistoryEvent]) -> &mut WorkflowExecutionStartedEventAttributes {
    match &mut events[0].attributes {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => started,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn on_queue(events: &mut [HistoryEvent], queue: &str) {
    let recorded = started(events).task_queue.as_mut().expect("it has a queue");
    queue.clone_into(&mut recorded.name);
}

async fn problem(change: Change) -> ReplayProblem {
    let mut problems = problems(replay(changed(change).await).await);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

/// Replays a change, and checks where and how code and history part.
async fn differs(change: Change, at: &str, how: &str, said_by_sdk: &str) {
    let problem = problem(change).await;
    let text = problem.to_string();
    let ReplayProblem::Nondeterminism { workflow, event, difference, .. } = problem else {
        panic!("{problem:?}")
    };
    assert_eq!(workflow.workflow_type, "Changed");
    assert!(text.contains(&workflow.workflow_id) && text.contains(&workflow.run_id), "{text}");
    assert_eq!(event.map(|event| event.to_string()).as_deref(), Some(at), "{difference}");
    assert!(
        difference.starts_with(&format!("the history says that the workflow {how} (")),
        "{difference}"
    );
    assert!(difference.contains(said_by_sdk), "{difference}");
}

const CHARGED: &str = "5 (ActivityTaskScheduled charge)";

#[tokio::test]
async fn reports_other_command() {
    differs(
        Change::ActivityToTimer,
        CHARGED,
        "schedules activity `charge`, and the code starts a timer here",
        "[TMPRL1100]",
    )
    .await;
    differs(
        Change::ActivityRemoved,
        CHARGED,
        "schedules activity `charge`, and the code completes here",
        "Complete workflow machine does not handle this event",
    )
    .await;
    differs(
        Change::Failing,
        CHARGED,
        "schedules activity `charge`, and the code fails here: not today",
        "Fail workflow machine does not handle this event",
    )
    .await;
    differs(
        Change::ActivityAdded,
        "5 (WorkflowExecutionCompleted)",
        "completes, and the code schedules an activity here",
        "Activity machine does not handle this event",
    )
    .await;
}

#[tokio::test]
async fn reports_command_of_other_type() {
    differs(
        Change::OtherActivity,
        CHARGED,
        "schedules activity `charge`, and the code schedules activity `refund` here",
        "Activity type of scheduled event",
    )
    .await;
    differs(
        Change::Swapped,
        CHARGED,
        "schedules activity `charge`, and the code schedules activity `refund` here",
        "Activity type of scheduled event",
    )
    .await;
    differs(
        Change::OtherChild,
        "5 (StartChildWorkflowExecutionInitiated Nothing)",
        "starts child workflow `Nothing`, and the code starts child workflow `Something` here",
        "Child workflow type",
    )
    .await;
    differs(
        Change::OtherLocalActivity,
        "5 (MarkerRecorded local activity charge)",
        "runs local activity `charge`, and the code runs local activity `refund` here",
        "Activity type of recorded marker",
    )
    .await;
}

#[tokio::test]
async fn reports_missing_command() {
    differs(
        Change::NeverEnds,
        "11 (WorkflowExecutionCompleted)",
        "completes, and the code only waits here",
        "No command scheduled for event",
    )
    .await;
    differs(
        Change::PatchRemoved,
        "5 (MarkerRecorded patch free)",
        "asks for patch `free`, and the code does not ask for it here",
        "no corresponding change command",
    )
    .await;
}

/// The same difference twice in one history: what differs is told, and no event is guessed.
#[tokio::test]
async fn reports_difference_without_event_if_the_sdk_names_none() {
    let problem = problem(Change::Twice).await.to_string();
    assert!(problem.contains("does not replay: the history says"), "{problem}");
    assert!(problem.contains("schedules activity `charge`, and the code schedules"), "{problem}");
}

#[tokio::test]
async fn reports_event_that_was_edited() {
    let mut events = changed(Change::ActivityRemoved).await;
    let Some(Attributes::ActivityTaskScheduledEventAttributes(scheduled)) =
        &mut events[4].attributes
    else {
        panic!("{:?}", events[4])
    };
    scheduled.activity_type.as_mut().expect("it has a type").name = "pay".to_owned();
    on_queue(&mut events, "before");
    let problems = problems(replay(events).await);
    let text = problems[0].to_string();
    assert!(text.contains("at event 5 (ActivityTaskScheduled pay): "), "{text}");
    assert!(text.contains("and the code schedules activity `charge` here"), "{text}");
}

/// A limit of the SDK: the history of a workflow that runs ends with a task that did nothing, and the
/// code would schedule an activity there.
#[tokio::test]
async fn ignores_commands_beyond_an_unfinished_history() -> durable::Result<()> {
    let mut events = changed(Change::ActivityAdded).await;
    events.truncate(4);
    replay(events).await.map(drop)
}

#[tokio::test]
async fn reports_panic_of_the_code() {
    let problem = problem(Change::Panicking).await;
    let ReplayProblem::Failed { workflow, reason, .. } = problem else { panic!("{problem:?}") };
    assert_eq!(workflow.workflow_type, "Changed");
    assert_eq!(reason, "Workflow function panicked: not at all");
}

#[tokio::test]
async fn gives_up_on_blocking_code() {
    let history = WorkflowHistory::from(History { events: changed(Change::Blocking).await });
    let replayed = Replayer::new().history(history).timeout(Duration::from_millis(500)).run().await;
    let problems = problems(replayed);
    let [ReplayProblem::Failed { reason, .. }] = problems.as_slice() else {
        panic!("{problems:?}")
    };
    assert!(reason.contains("did not end within 500ms"), "{reason}");
}

/// Workers that fail workflows of a difference would have the replay report none.
#[tokio::test]
async fn reports_difference_that_would_fail_the_workflow() {
    let history = WorkflowHistory::from(History { events: changed(Change::Swapped).await });
    let failing = |options: &mut WorkerOptions| {
        options.workflow_failure_errors.insert(WorkflowErrorType::Nondeterminism);
    };
    let problems = problems(Replayer::new().worker_options(failing).history(history).run().await);
    assert!(matches!(problems[0], ReplayProblem::Nondeterminism { .. }), "{problems:?}");
}

/// From a runtime of several threads, as well as from the others' of one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_each_problem_of_many_histories() {
    let good = {
        let mut events = changed(Change::Swapped).await;
        on_queue(&mut events, "before");
        events
    };
    let swapped = changed(Change::Swapped).await;
    let failing = changed(Change::Failing).await;
    let mut replayer = Replayer::new();
    for events in [&good, &swapped, &good, &failing, &good, &swapped] {
        replayer = replayer.history(WorkflowHistory::from(History { events: events.clone() }));
    }
    let problems = problems(replayer.run().await);
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (text, words) in told.iter().zip(["`refund` here", "the code fails", "`refund` here"]) {
        assert!(text.contains(words), "{text}");
    }
}
