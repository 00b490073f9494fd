//! The layer of the logs: its form and its filter.

use std::io;

use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, LevelFilter};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::{Context, Filter};
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

/// Drops the SDK's line about a failure that was just said.
#[derive(Debug)]
struct NotSaidTwice;

impl<S> Filter<S> for NotSaidTwice {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    // Without these two, no level and no call site is ever turned off for good, and each line that isn't wanted
    // costs a look at the filter.
    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        metadata.target() != TASK_FAILED || *metadata.level() != Level::WARN || !take_said()
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
    let filter = filter.and(NotSaidTwice);
    Ok(match settings.log_format {
        LogFormat::Text => {
            fmt::layer().with_ansi(has_colour()).with_writer(io::stderr).with_filter(filter).boxed()
        }
        LogFormat::Json => fmt::layer()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLine)
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
