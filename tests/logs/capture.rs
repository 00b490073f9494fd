//! A subscriber that keeps what this process logs, with the spans of each line.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Fields with their values as text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Returns the value of a field, or an empty text.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) message: String,
    pub(crate) fields: Fields,
    /// The fields of all spans of the line. Those of an inner span replace those of an outer one.
    pub(crate) context: Fields,
    /// The names of the spans, the outermost first.
    pub(crate) spans: Vec<&'static str>,
}

/// The lines of a log.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Vec<Line>>>);

impl Capture {
    /// Returns the log of this process, with its lines of level info and above. The lines of the crate
    /// `log` are among them.
    pub(crate) fn of_this_process() -> &'static Self {
        static CAPTURE: LazyLock<Capture> = LazyLock::new(|| {
            let capture = Capture::default();
            let layer = capture.clone().with_filter(LevelFilter::INFO);
            tracing_subscriber::registry().with(layer).try_init().expect("there is none yet");
            capture
        });
        &CAPTURE
    }

    /// Returns the lines that `select` selects.
    pub(crate) fn lines(&self, select: impl Fn(&Line) -> bool) -> Vec<Line> {
        let lines = self.0.lock().expect("nobody panics with it");
        lines.iter().filter(|line| select(line)).cloned().collect()
    }

    /// Returns the lines of a workflow.
    pub(crate) fn of(&self, workflow_id: &str) -> Vec<Line> {
        self.lines(|line| line.context.get("workflow_id") == workflow_id)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("it is new");
        span.extensions_mut().insert(fields);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = Line {
            level: *event.metadata().level(),
            message: fields.get("message").to_owned(),
            fields,
            context: Fields::default(),
            spans: Vec::new(),
        };
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            line.spans.push(span.name());
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.context.0.extend(fields.0.clone());
            }
        }
        self.0.lock().expect("nobody panics with it").push(line);
    }
}
