//! The queues that a workflow waits for, and that no worker polls.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::IntoRequest as _;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::{PendingActivityState, TaskQueueType};
use temporalio_common::protos::temporal::api::taskqueue::v1::{PollerInfo, TaskQueue};
use temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeTaskQueueRequest;

use crate::client::{Client, WorkflowDescription, WorkflowExecutionStatus};

/// The age of a worker's last poll after which the worker is taken for gone. A poll lasts a minute,
/// and the server remembers it for five.
const GONE: Duration = Duration::from_secs(120);

/// Returns the queues that a running workflow waits for and that no worker polls: its own, and those
/// of its pending activities. A queue that the server doesn't tell about is left out.
pub(super) async fn missing(client: &Client, described: &WorkflowDescription) -> BTreeSet<String> {
    if described.status() != WorkflowExecutionStatus::Running {
        return BTreeSet::new();
    }
    let mut queues = BTreeSet::from([(TaskQueueType::Workflow as i32, described.task_queue())]);
    let pending = described.raw().pending_activities.iter();
    queues.extend(
        pending.filter_map(|pending| Some((TaskQueueType::Activity as i32, waits_for(pending)?))),
    );
    let mut missing = BTreeSet::new();
    for (kind, queue) in queues {
        if polled(client, queue, kind).await == Some(false) {
            missing.insert(queue.to_owned());
        }
    }
    missing
}

/// Returns the sentence about a queue that no worker polls.
pub(super) fn sentence(queue: &str) -> String {
    format!("no worker polls queue `{queue}`; start one with the command `serve`")
}

/// Returns the queue in which an activity waits for a worker.
fn waits_for(pending: &PendingActivityInfo) -> Option<&str> {
    let options = pending.activity_options.as_ref()?;
    let is_waiting = pending.state() == PendingActivityState::Scheduled;
    let queue = options.task_queue.as_ref().filter(|_| is_waiting)?;
    Some(queue.name.as_str()).filter(|name| !name.is_empty())
}

/// Returns whether a worker polls a queue, or `None` if the server doesn't tell.
async fn polled(client: &Client, queue: &str, kind: i32) -> Option<bool> {
    let request = DescribeTaskQueueRequest {
        namespace: client.namespace().to_owned(),
        task_queue: Some(TaskQueue { name: queue.to_owned(), ..TaskQueue::default() }),
        task_queue_type: kind,
        ..DescribeTaskQueueRequest::default()
    };
    let answer = client.sdk().clone().describe_task_queue(request.into_request()).await.ok()?;
    Some(answer.into_inner().pollers.iter().any(is_alive))
}

fn is_alive(poller: &PollerInfo) -> bool {
    let last = poller.last_access_time.as_ref().and_then(proto_ts_to_system_time);
    // A clock that differs from the server's may put the poll into the future.
    last.and_then(|last| SystemTime::now().duration_since(last).ok()).is_none_or(|age| age < GONE)
}
