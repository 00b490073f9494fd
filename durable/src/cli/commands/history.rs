//! `history`: the events of a workflow.

#[cfg(feature = "testing")]
use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use serde_json::{Value, json};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
#[cfg(feature = "testing")]
use crate::cli::output::line;
use crate::cli::output::{row, short, table, text, utc, whole};

#[derive(Debug, Args)]
pub(in crate::cli) struct History {
    #[command(flatten)]
    workflow: Existing,
    /// Writes the history to this file, as `replay` and Temporal's own tools read it
    #[cfg(feature = "testing")]
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

impl History {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        #[cfg(feature = "testing")]
        if let Some(path) = self.save {
            // Tests take a relative path as relative to their package.
            let path = std::path::absolute(path).map_err(Problem::misuse)?;
            crate::testing::record(&handle, &path).await?;
            let saved = json!({ "workflow_id": handle.id(), "file": path });
            return context
                .output()
                .show(&saved, || line(&format!("written to {}", path.display())));
        }
        // The history is fetched page by page, where an unknown id would be reported less clearly.
        handle.describe().await?;
        let events = handle.history().into_events().await.map_err(Problem::failure)?;
        let as_json: Value = events.iter().map(as_json).collect();
        let output = context.output();
        output.show(&as_json, || {
            let times = output.times();
            let rows = events.iter().map(|event| {
                row![
                    event.event_id.to_string(),
                    times.at(at(event)).unwrap_or_default(),
                    event_type(event),
                    subject(event).unwrap_or_default(),
                ]
            });
            let columns = [whole("event"), whole("time"), whole("type"), text("what")];
            table(&columns, &rows.collect::<Vec<_>>())
        })
    }
}

fn as_json(event: &HistoryEvent) -> Value {
    json!({
        "event_id": event.event_id,
        "time": utc(at(event)),
        "type": event_type(event),
        "what": subject(event),
    })
}

fn at(event: &HistoryEvent) -> Option<SystemTime> {
    event.event_time.as_ref().and_then(proto_ts_to_system_time)
}

/// Returns `EVENT_TYPE_TIMER_FIRED` as `TimerFired`, as the web UI does.
fn event_type(event: &HistoryEvent) -> String {
    let name = event.event_type().as_str_name().trim_start_matches("EVENT_TYPE_");
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{first}{}", rest.to_lowercase())
    });
    words.collect()
}

/// Returns the subject of an event, in a word or a line.
fn subject(event: &HistoryEvent) -> Option<String> {
    use Attributes as A;
    Some(match event.attributes.as_ref()? {
        A::WorkflowExecutionStartedEventAttributes(it) => it.workflow_type.clone()?.name,
        A::WorkflowExecutionFailedEventAttributes(it) => it.failure.clone()?.message,
        A::WorkflowExecutionTerminatedEventAttributes(it) => it.reason.clone(),
        A::WorkflowExecutionCancelRequestedEventAttributes(it) => it.cause.clone(),
        A::WorkflowExecutionSignaledEventAttributes(it) => it.signal_name.clone(),
        A::WorkflowExecutionUpdateAcceptedEventAttributes(it) => {
            it.accepted_request.clone()?.input?.name
        }
        A::WorkflowTaskFailedEventAttributes(it) => it.failure.clone()?.message,
        A::ActivityTaskScheduledEventAttributes(it) => it.activity_type.clone()?.name,
        A::ActivityTaskFailedEventAttributes(it) => it.failure.clone()?.message,
        A::TimerStartedEventAttributes(it) => {
            let lasts: std::time::Duration = it.start_to_fire_timeout?.try_into().ok()?;
            short(lasts)
        }
        A::StartChildWorkflowExecutionInitiatedEventAttributes(it) => {
            it.workflow_type.clone()?.name
        }
        A::ChildWorkflowExecutionFailedEventAttributes(it) => it.failure.clone()?.message,
        A::MarkerRecordedEventAttributes(it) => it.marker_name.clone(),
        _ => return None,
    })
}
