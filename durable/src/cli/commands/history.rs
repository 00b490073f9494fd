//! `history`: the events of a workflow.

#[cfg(feature = "testing")]
use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use serde_json::{Map, Value, json};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

use super::payloads;
use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::format::Format;
use crate::cli::output::{
    Page, Times, dim, line, print, row, short, table, table_with_details, text, utc, whole,
};
use crate::client::Listing;

#[derive(Debug, Args)]
pub(in crate::cli) struct History {
    #[command(flatten)]
    workflow: Existing,
    /// Writes the history to this file, as `replay` and Temporal's own tools read it
    #[cfg(feature = "testing")]
    #[arg(long, value_name = "FILE", conflicts_with = "follow")]
    save: Option<PathBuf>,
    /// Prints inputs, outputs and details too; the JSON always has them
    #[arg(long)]
    payloads: bool,
    /// Goes on with each new event until the workflow ends
    #[arg(long)]
    follow: bool,
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
        let mut events = handle.decoded_history(self.follow);
        if self.follow {
            return follow(context, &mut events, self.payloads).await;
        }
        let events = events.collect().await?;
        let as_json: Value = events.iter().map(as_json).collect();
        let output = context.output();
        output.show(&as_json, || as_text(&events, self.payloads, output.times()))
    }
}

/// Prints each event as soon as it is there, until the workflow ends or Ctrl-C.
async fn follow(
    context: &Context,
    events: &mut Listing<HistoryEvent>,
    with_payloads: bool,
) -> Outcome {
    let output = context.output();
    loop {
        let next = tokio::select! {
            stopped = tokio::signal::ctrl_c() => return stopped.map_err(Problem::failure),
            next = events.next() => next?,
        };
        let Some(event) = next else { return Ok(()) };
        match output.format {
            // A line for each, which programs can read while it goes on.
            Format::Json => print(&format!("{}\n", as_json(&event)))?,
            Format::Text => {
                let at = utc(at(&event)).unwrap_or_default();
                let what = subject(&event).unwrap_or_default();
                let text = format!("{:>5}  {at}  {}  {what}", event.event_id, event_type(&event));
                output.text(&line(text.trim_end()).then(&values_of(&event, with_payloads)))?;
            }
        }
    }
}

fn as_text(events: &[HistoryEvent], with_payloads: bool, times: Times) -> Page {
    let row = |event: &HistoryEvent| {
        row![
            event.event_id.to_string(),
            times.at(at(event)).unwrap_or_default(),
            event_type(event),
            subject(event).unwrap_or_default(),
        ]
    };
    let columns = [whole("event"), whole("time"), whole("type"), text("what")];
    if !with_payloads {
        return table(&columns, &events.iter().map(row).collect::<Vec<_>>());
    }
    let pages = events.iter().map(|event| values_of(event, true));
    table_with_details(&columns, events.iter().map(row).zip(pages).collect())
}

/// Formats the payloads of an event, one below the other.
fn values_of(event: &HistoryEvent, with_payloads: bool) -> Page {
    let fields = if with_payloads { payloads::of(event) } else { Vec::new() };
    fields.iter().fold(Page::default(), |page, (name, value)| {
        page.then(&dim(&format!("       {name}: {value}")))
    })
}

fn as_json(event: &HistoryEvent) -> Value {
    json!({
        "event_id": event.event_id,
        "time": utc(at(event)),
        "type": event_type(event),
        "what": subject(event),
        "payloads": payloads::of(event).into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
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
