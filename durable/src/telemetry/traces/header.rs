//! The header by which traces go from process to process, as the other SDKs' interceptors write it: W3C trace
//! context and baggage, as JSON.

use std::collections::HashMap;
use std::sync::LazyLock;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapCompositePropagator, TextMapPropagator as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
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
    let carrier: HashMap<String, String> = serde_json::from_slice(&payload.data).ok()?;
    let context = PROPAGATOR.extract_with_context(&Context::new(), &carrier);
    if !context.span().span_context().is_valid() {
        return None;
    }
    let is_link = carrier.contains_key(LINK);
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
    let mut carrier = HashMap::new();
    PROPAGATOR.inject_context(context, &mut carrier);
    if is_link {
        carrier.insert(LINK.to_owned(), "true".to_owned());
    }
    // A map of texts is always JSON.
    let Ok(data) = serde_json::to_vec(&carrier) else { return };
    let metadata = HashMap::from([("encoding".to_owned(), b"json/plain".to_vec())]);
    let payload = Payload { metadata, data, ..Payload::default() };
    fields.insert(NAME.to_owned(), payload);
}
