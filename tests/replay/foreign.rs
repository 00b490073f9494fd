//! Replay of histories of other programs and other SDKs.

use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::testing::ReplayProblem;

use crate::differences::{Change, changed, on_queue, started};
use crate::{problems, replay};

/// A workflow that another program implements.
#[workflow(queue = "elsewhere")]
trait Faraway {
    #[run]
    async fn run(change: Change) -> WorkflowResult<u32>;
}

#[tokio::test]
async fn refuses_declared_workflow() {
    let mut events = changed(Change::Swapped).await;
    started(&mut events).workflow_type.as_mut().expect("it has a type").name = "Faraway".to_owned();
    let problems = problems(replay(events).await);
    assert!(matches!(problems[0], ReplayProblem::OnlyDeclared { .. }), "{problems:?}");
    let text = problems[0].to_string();
    assert!(text.contains("workflow Faraway (id `changed-"), "{text}");
    assert!(text.contains("only declared in this program, without code"), "{text}");
}

/// A limit of the SDK: workers in Go, Java and PHP do not record that ids and types are compared.
#[tokio::test]
async fn compares_types_of_unflagged_histories_in_the_last_task_only() {
    let other_sdk = |mut events: Vec<HistoryEvent>| {
        for event in &mut events {
            if let Some(Attributes::WorkflowTaskCompletedEventAttributes(completed)) =
                &mut event.attributes
            {
                completed.sdk_metadata = None;
            }
        }
        events
    };
    let swapped = other_sdk(changed(Change::Swapped).await);
    let replayed = replay(swapped.clone()).await;
    assert!(replayed.is_ok(), "{replayed:?}");

    let scheduled = swapped.iter().take_while(|event| !is_activity_start(event)).count() + 1;
    let unfinished = swapped[..scheduled].to_vec();
    let text = problems(replay(unfinished).await)[0].to_string();
    assert!(text.contains("and the code schedules activity `refund` here"), "{text}");
}

fn is_activity_start(event: &HistoryEvent) -> bool {
    matches!(event.attributes, Some(Attributes::ActivityTaskScheduledEventAttributes(_)))
}

#[tokio::test]
async fn reports_unknown_workflow_type() {
    let mut events = changed(Change::Swapped).await;
    on_queue(&mut events, "elsewhere");
    let ambiguous = problems(replay(events.clone()).await);
    let text = ambiguous[0].to_string();
    assert!(matches!(ambiguous[0], ReplayProblem::UnknownQueue { .. }), "{text}");
    assert!(text.contains("on queue `elsewhere`") && text.contains("`after`, `before`"), "{text}");

    started(&mut events).workflow_type.as_mut().expect("it has a type").name = "Gone".to_owned();
    let unknown = problems(replay(events).await);
    let text = unknown[0].to_string();
    assert!(matches!(unknown[0], ReplayProblem::UnknownWorkflow { .. }), "{text}");
    assert!(text.contains("workflow Gone (id `changed-"), "{text}");
    assert!(text.contains("it has `ActivityFlow`, `BasketFlow`"), "{text}");
}
