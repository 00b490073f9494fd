//! The JSON form of log lines.
//!
//! The lines are those of `tracing_subscriber`'s own form. That one (0.3.23) parses the fields of each span, and writes
//! them anew, for each line. Here they are copied as they were written when the span began.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent as _;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope, SpanRef};

/// Writes a line as an object: the time, the level, the fields, the target, and the spans, the outermost first.
pub(super) struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // A line of the crate `log` has its own target.
        let of_log = event.normalized_metadata();
        let metadata = of_log.as_ref().unwrap_or_else(|| event.metadata());
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", metadata.level())?;
        let mut fields = Fields { writer: writer.by_ref(), written: Ok(()) };
        event.record(&mut fields);
        fields.written?;
        writer.write_str(",\"target\":")?;
        write_text(&mut writer, metadata.target())?;
        let scope = context.event_scope().into_iter().flat_map(Scope::from_root);
        let mut before = ",\"spans\":[";
        for span in scope {
            writer.write_str(before)?;
            write_span(&mut writer, &span)?;
            before = ",";
        }
        writer.write_str(if before == "," { "]}\n" } else { "}\n" })
    }
}

/// Writes a span as an object: its fields, and its name.
fn write_span<S: for<'a> LookupSpan<'a>>(
    writer: &mut Writer<'_>,
    span: &SpanRef<'_, S>,
) -> fmt::Result {
    writer.write_char('{')?;
    let extensions = span.extensions();
    let fields = extensions.get::<FormattedFields<JsonFields>>();
    // They are an object already.
    let fields = fields.and_then(|fields| fields.strip_prefix('{')?.strip_suffix('}'));
    if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
        writer.write_str(fields)?;
        writer.write_char(',')?;
    }
    writer.write_str("\"name\":")?;
    write_text(writer, span.name())?;
    writer.write_char('}')
}

/// Writes a JSON string.
fn write_text(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    writer.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Writes the fields of a line as members of an object.
struct Fields<'a> {
    writer: Writer<'a>,
    written: fmt::Result,
}

impl Fields<'_> {
    fn member(&mut self, field: &Field, value: &impl serde::Serialize) {
        // The bridge from the crate `log` adds these, which the target says too.
        if self.written.is_err() || field.name().starts_with("log.") {
            return;
        }
        self.written = serde_json::to_string(value).map_err(|_| fmt::Error).and_then(|value| {
            self.writer.write_char(',')?;
            // The name of a raw identifier is without its mark.
            let name = field.name();
            write_text(&mut self.writer, name.strip_prefix("r#").unwrap_or(name))?;
            self.writer.write_char(':')?;
            self.writer.write_str(&value)
        });
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, &format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.member(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.member(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, &value);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::{fmt, registry};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines that the code logs, without their times.
    fn lines(theirs: bool, log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let layer = fmt::layer().json().flatten_event(true).with_current_span(false);
        let theirs = theirs.then(|| layer.with_writer(move || writer.clone()));
        let writer = written.clone();
        let layer = fmt::layer().fmt_fields(JsonFields::new()).event_format(JsonLine);
        let ours = theirs.is_none().then(|| layer.with_writer(move || writer.clone()));
        tracing::subscriber::with_default(registry().with(theirs).with(ours), log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let read = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
            line
        };
        text.lines().map(read).collect()
    }

    fn log() {
        tracing::info!("alone");
        let outer = tracing::error_span!("outer", text = "a \"b\"\n\u{1}", number = 7, empty = "");
        let _outer = outer.enter();
        tracing::warn!(yes = true, less = -1, much = 1.5, of = ?Some("x"), by = %"y", "in one");
        let inner = tracing::info_span!("inner", late = tracing::field::Empty);
        let _inner = inner.enter();
        tracing::error!(r#type = "raw", nan = f64::NAN, huge = u64::MAX, "before");
        inner.record("late", "recorded");
        tracing::info!("{} é", 1);
        tracing::info!({ "strange \"name\"" = 1 }, "after");
    }

    #[test]
    fn writes_the_lines_of_the_library() {
        let ours = lines(false, log);
        assert_eq!(ours, lines(true, log));
        assert_eq!(
            ours[1],
            json!({
                "level": "WARN", "message": "in one", "yes": true, "less": -1, "much": 1.5,
                "of": "Some(\"x\")", "by": "y", "target": module_path!(),
                "spans": [{ "name": "outer", "text": "a \"b\"\n\u{1}", "number": 7, "empty": "" }],
            })
        );
        assert_eq!(ours.len(), 5);
        assert_eq!(ours[4]["spans"][1], json!({ "name": "inner", "late": "recorded" }));
    }

    #[test]
    fn a_line_of_the_crate_log_has_its_own_target_and_level() {
        use tracing_log::log::{Level, Record};

        let lines = lines(false, || {
            let mut record = Record::builder();
            record.level(Level::Warn).target("theirs").file(Some("their.rs")).line(Some(7));
            tracing_log::format_trace(&record.args(format_args!("from afar")).build()).unwrap();
        });
        assert_eq!(lines, [json!({ "level": "WARN", "message": "from afar", "target": "theirs" })]);
    }

    #[test]
    fn a_line_is_in_the_span_that_it_names() {
        let lines = lines(false, || {
            let outer = tracing::error_span!("outer");
            let _inner = tracing::error_span!("inner").entered();
            tracing::info!(parent: &outer, "apart");
        });
        assert_eq!(lines[0]["spans"], json!([{ "name": "outer" }]));
    }
}
