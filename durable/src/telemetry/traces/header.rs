//! The header by which traces go from process to process, as the other SDKs' interceptors write it: W3C trace
//! context and baggage, as JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator as _,
};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use serde::Deserialize;
use temporalio_common::protos::temporal::api::common::v1::{Header, Payload};

/// The name of the header.
const NAME: &str = "_tracer-data";

/// The entry that tells a worker of this crate to link to the context, and not to nest in it. Other SDKs ignore
/// it.
const LINK: &str = "durable-link";

type Fields = HashMap<String, Payload>;

static PROPAGATOR: LazyLock<TextMapCompositePropagator> = LazyLock::new(|| {
    let trace = Box::new(TraceContextPropagator::new());
    TextMapCompositePropagator::new(vec![trace, Box::new(BaggagePropagator::new())])
});

/// The context in a header.
pub(super) enum Received {
    /// The spans of the receiver belong below the one of the context.
    Parent(Context),
    /// The receiver begins a trace of its own, which refers to the context.
    Link(Context),
}

/// Reads the context of a header, if there is a valid one.
pub(super) fn read(fields: &Fields) -> Option<Received> {
    let payload = fields.get(NAME)?;
    let carrier: Carrier = serde_json::from_slice(&payload.data).ok()?;
    let context = PROPAGATOR.extract_with_context(&Context::new(), &carrier);
    if !context.span().span_context().is_valid() {
        return None;
    }
    let is_link = carrier.link.is_some();
    Some(if is_link { Received::Link(context) } else { Received::Parent(context) })
}

/// Reads the context of the headers of an HTTP request. Without a valid one it is empty.
pub(super) fn received(headers: &dyn Extractor) -> Context {
    PROPAGATOR.extract_with_context(&Context::new(), headers)
}

/// Returns the context of a header as the parent of spans.
pub(super) fn parent(fields: &Fields) -> Option<Context> {
    match read(fields)? {
        Received::Parent(context) | Received::Link(context) => Some(context),
    }
}

/// Writes the context to a header.
pub(super) fn write(context: &Context, fields: &mut Fields) {
    insert(context, false, fields);
}

/// Writes the context to a header that the receiver links to.
pub(super) fn write_link(context: &Context, fields: &mut Fields) {
    insert(context, true, fields);
}

/// Writes the context to the header of a request.
pub(super) fn write_to(context: &Context, header: &mut Option<Header>) {
    write(context, &mut header.get_or_insert_default().fields);
}

/// Adds a link to the caller's current span, if there is one.
pub(super) fn link_of_caller(header: &mut Option<Header>) {
    let context = Context::current();
    if context.span().span_context().is_valid() {
        write_link(&context, &mut header.get_or_insert_default().fields);
    }
}

fn insert(context: &Context, is_link: bool, fields: &mut Fields) {
    let mut object = Object(b"{".to_vec());
    PROPAGATOR.inject_context(context, &mut object);
    if is_link {
        object.set(LINK, "true".to_owned());
    }
    let metadata = HashMap::from([("encoding".to_owned(), b"json/plain".to_vec())]);
    let payload = Payload { metadata, data: object.ended(), ..Payload::default() };
    fields.insert(NAME.to_owned(), payload);
}

/// The content of the header, as it is read. Other entries are those of other programs.
#[derive(Deserialize)]
struct Carrier<'a> {
    #[serde(borrow)]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tracestate: Option<Cow<'a, str>>,
    #[serde(borrow)]
    baggage: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "durable-link")]
    link: Option<Cow<'a, str>>,
}

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.traceparent.as_deref(),
            "tracestate" => self.tracestate.as_deref(),
            "baggage" => self.baggage.as_deref(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        let keys = ["traceparent", "tracestate", "baggage"];
        keys.into_iter().filter(|key| self.get(key).is_some()).collect()
    }
}

/// The content of the header, as it is written: a JSON object of texts. An empty text says nothing.
struct Object(Vec<u8>);

impl Injector for Object {
    fn set(&mut self, key: &str, value: String) {
        if value.is_empty() {
            return;
        }
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.text(key);
        self.0.push(b':');
        self.text(&value);
    }
}

impl Object {
    fn text(&mut self, text: &str) {
        // A text is always JSON, and there is always memory.
        let _ = serde_json::to_writer(&mut self.0, text);
    }

    fn ended(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;
    use opentelemetry::baggage::BaggageExt as _;
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    use serde_json::json;

    use super::*;

    fn context(state: &[(&str, &str)], baggage: &[(&'static str, &'static str)]) -> Context {
        let state = TraceState::from_key_value(state.iter().copied()).unwrap();
        let span =
            SpanContext::new(TraceId::from(7), SpanId::from(8), TraceFlags::SAMPLED, false, state);
        let baggage = baggage.iter().map(|(key, value)| KeyValue::new(*key, *value));
        Context::new().with_remote_span_context(span).with_baggage(baggage)
    }

    fn content(fields: &Fields) -> serde_json::Value {
        serde_json::from_slice(&fields[NAME].data).unwrap()
    }

    #[test]
    fn the_content_is_what_the_context_has() {
        const PARENT: &str = "00-00000000000000000000000000000007-0000000000000008-01";
        let mut fields = Fields::new();
        for (context, expected) in [
            (context(&[], &[]), json!({ "traceparent": PARENT })),
            (
                context(&[("a", "1")], &[("user", "\"x\"")]),
                json!({ "traceparent": PARENT, "tracestate": "a=1", "baggage": "user=%22x%22" }),
            ),
            (Context::new(), json!({})),
        ] {
            write(&context, &mut fields);
            assert_eq!(content(&fields), expected);
        }
        write_link(&context(&[], &[]), &mut fields);
        assert_eq!(content(&fields), json!({ "traceparent": PARENT, "durable-link": "true" }));
    }

    #[test]
    fn reads_what_was_written() {
        let written = context(&[("a", "1")], &[("user", "x,y=\"z\"")]);
        let mut fields = Fields::new();
        write(&written, &mut fields);
        let Some(Received::Parent(read)) = read(&fields) else { panic!("it is a parent") };
        let (read_span, written_span) = (read.span(), written.span());
        assert_eq!(read_span.span_context().span_id(), written_span.span_context().span_id());
        assert_eq!(read_span.span_context().trace_id(), written_span.span_context().trace_id());
        assert_eq!(read_span.span_context().trace_state().get("a"), Some("1"));
        assert_eq!(read.baggage().get("user").map(ToString::to_string), Some("x,y=\"z\"".into()));
    }

    #[test]
    fn reads_the_headers_of_other_programs() {
        const PARENT: &str = "00-0000000000000000000000000000000a-000000000000000b-01";
        for (data, is_valid) in [
            (json!({ "traceparent": PARENT }), true),
            (json!({ "traceparent": PARENT, "tracestate": "", "other": [1] }), true),
            (json!({ "traceparent": PARENT, "baggage": null }), true),
            (json!({ "traceparent": "00-0-0-0" }), false),
            (json!({ "traceparent": 7 }), false),
            (json!({}), false),
            (json!("text"), false),
        ] {
            let payload = Payload { data: data.to_string().into_bytes(), ..Payload::default() };
            let fields = Fields::from([(NAME.to_owned(), payload)]);
            assert_eq!(read(&fields).is_some(), is_valid, "{data}");
        }
    }
}
