//! The backlog of the served queues, as metrics for an autoscaler.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::tonic::Code;

use super::control::Control;
use crate::background::CONTROL;
use crate::client::{Client, TaskQueueDescription, TaskQueuePart};
use crate::error::Error;
use crate::error::report::one_line;
use crate::metrics;

/// The shortest interval. Each question costs the server a read of its tasks for each partition of a queue.
const SHORTEST: Duration = Duration::from_secs(1);

/// Asks the server for the backlog of the queues until the workers are to stop, if metrics are exported.
pub(super) fn watch(
    client: &Client,
    queues: BTreeSet<String>,
    interval: Duration,
    control: &Arc<Control>,
) {
    if interval.is_zero() || !metrics::own::is_on() {
        return;
    }
    let interval = interval.max(SHORTEST);
    for queue in queues {
        let (client, control) = (client.clone(), Arc::clone(control));
        CONTROL.spawn(async move {
            tokio::select! {
                () = control.stopping() => {}
                () = control.killed() => {}
                () = ask(&client, &queue, interval) => {}
            }
        });
    }
}

/// Asks for the backlog of a queue until the server refuses it.
async fn ask(client: &Client, queue: &str, interval: Duration) {
    loop {
        match client.task_queue(queue).describe().await {
            Ok(description) => record(&description),
            Err(error) if is_final(&error) => {
                let error = one_line(&error);
                tracing::info!(
                    queue,
                    error,
                    "no metrics of the backlog: the server refuses to tell it"
                );
                return;
            }
            // The server is away, or busy with something more important.
            Err(_) => {}
        }
        tokio::time::sleep(interval).await;
    }
}

/// Returns whether the server will refuse the question again: it doesn't know it, or forbids it.
fn is_final(error: &Error) -> bool {
    let Error::Rpc { cause, .. } = error else { return false };
    matches!(cause.code(), Code::Unimplemented | Code::PermissionDenied | Code::InvalidArgument)
}

fn record(description: &TaskQueueDescription) {
    let TaskQueueDescription { name, workflows, activities } = description;
    for (kind, part) in [("workflow", workflows), ("activity", activities)] {
        let TaskQueuePart { backlog, backlog_age, added_per_second, taken_per_second, .. } = part;
        // Servers before 1.25 don't tell it.
        if part.has_backlog_stats() {
            let rates = (*added_per_second, *taken_per_second);
            metrics::own::backlog([name, kind], *backlog, *backlog_age, rates);
        }
    }
}
