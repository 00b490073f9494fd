//! The layer of the logs: its form and its filter.

use std::io;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use super::json::JsonLine;
use super::{LogFormat, LogLevel, TelemetryError};
use crate::logs::take_said;
use crate::telemetry_settings::TelemetrySettings;

/// Directives for the targets that say the same again and again, or say what this crate says too. The lines
/// are for developers of the SDK.
const QUIET: &str = "temporalio_client=off,temporalio_common=off,temporalio_sdk=off,\
                     temporalio_sdk::workflow_future=warn,temporalio_sdk_core=off,\
                     temporalio_sdk_core::worker::workflow::managed_run=warn,\
                     temporalio_workflow=off,h2=off,hyper=off,tonic=off,tower=off";

/// The target of the SDK's line about a workflow task that fails, which this crate may have said already.
const TASK_FAILED: &str = "temporalio_sdk::workflow_future";

/// Writes lines in a form, without the SDK's line about a failure that was just said.
///
/// A filter can't drop it: tracing-subscriber 0.3.23 takes an event that `Filter::event_enabled` refuses for unfinished.
/// The next line of the thread is then lost, and panics in builds with debug assertions.
struct NotSaidTwice<F>(F);

impl<S, N, F> FormatEvent<S, N> for NotSaidTwice<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let metadata = event.metadata();
        let is_failure = metadata.target() == TASK_FAILED && *metadata.level() == Level::WARN;
        if is_failure && take_said() { Ok(()) } else { self.0.format_event(context, writer, event) }
    }
}

/// A layer of the subscriber.
pub(super) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Returns the layer of the logs.
pub(super) fn layer(
    settings: &TelemetrySettings,
    level: Option<LogLevel>,
) -> Result<BoxedLayer, TelemetryError> {
    let directives = match level {
        Some(level) => level.to_string(),
        None => match std::env::var(EnvFilter::DEFAULT_ENV) {
            Ok(directives) if !directives.trim().is_empty() => directives,
            _ => settings.log_level.to_string(),
        },
    };
    let filter = EnvFilter::try_new(filter(&directives))
        .map_err(|error| TelemetryError::InvalidFilter { reason: error.to_string() })?;
    Ok(match settings.log_format {
        LogFormat::Text => {
            let form = NotSaidTwice(fmt::format());
            let layer = fmt::layer().event_format(form).with_ansi(has_colour());
            layer.with_writer(io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Json => fmt::layer()
            .fmt_fields(JsonFields::new())
            .event_format(NotSaidTwice(JsonLine))
            .with_writer(io::stderr)
            .with_filter(filter)
            .boxed(),
    })
}

/// Returns the directives of a log filter with those that silence Temporal's SDK below the level debug, for a
/// subscriber of the program's own.
///
/// This crate says the same as the SDK does at the levels info and above, in fewer lines. A directive for one
/// of the SDK's crates, such as `temporalio_client=warn`, is kept.
///
/// ```
/// let filter = durable::telemetry::filter("info,my_app=debug");
/// assert!(filter.contains("temporalio_client=off"));
/// assert!(filter.ends_with("info,my_app=debug"));
///
/// // At debug, everything is shown.
/// assert_eq!(durable::telemetry::filter("debug"), "debug");
/// ```
#[must_use]
pub fn filter(directives: &str) -> String {
    let mut levels = directives.split(',').filter_map(|one| one.trim().parse::<LevelFilter>().ok());
    if levels.next_back().is_some_and(|level| level > LevelFilter::INFO) {
        return directives.to_owned();
    }
    // A later directive for the same target takes precedence.
    format!("{QUIET},{directives}")
}

/// Returns whether standard error shows colours.
fn has_colour() -> bool {
    #[cfg(feature = "cli")]
    return anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    #[cfg(not(feature = "cli"))]
    return io::IsTerminal::is_terminal(&io::stderr()) && std::env::var_os("NO_COLOR").is_none();
}
