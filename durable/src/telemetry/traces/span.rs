//! Spans, from their begin to their export.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{
    Link, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor as _,
};

use super::ids::{random_span_id, random_trace_id};
use crate::telemetry::TelemetryError;
use crate::telemetry::collector::Collector;
use crate::telemetry_settings::TelemetrySettings;

/// The attributes as the other SDKs' interceptors name them.
pub(super) const WORKFLOW_ID: &str = "temporalWorkflowID";
pub(super) const RUN_ID: &str = "temporalRunID";
pub(super) const ACTIVITY_ID: &str = "temporalActivityID";
pub(super) const UPDATE_ID: &str = "temporalUpdateID";

/// The exporter of spans.
pub(in crate::telemetry) struct Tracer {
    pub(super) processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    /// The fraction of the traces that begin here and are exported.
    pub(super) ratio: f64,
}

impl Tracer {
    pub(in crate::telemetry) fn new(
        settings: &TelemetrySettings,
        collector: &Collector,
    ) -> Result<Arc<Self>, TelemetryError> {
        let mut processor = BatchSpanProcessor::builder(collector.spans()?).build();
        processor.set_resource(&collector.resource);
        let scope = InstrumentationScope::builder("durable")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        Ok(Arc::new(Self { processor, scope, ratio: settings.trace_ratio }))
    }

    pub(in crate::telemetry) fn processor(&self) -> &BatchSpanProcessor {
        &self.processor
    }
}

/// A span that has begun.
pub(super) struct Span {
    name: String,
    kind: SpanKind,
    context: SpanContext,
    parent: SpanContext,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
    start: SystemTime,
}

/// The ids of a new span: its own, and that of its trace if it has no parent.
pub(super) struct NewIds {
    pub(super) span: SpanId,
    pub(super) trace: TraceId,
}

impl NewIds {
    pub(super) fn random() -> Self {
        Self { span: random_span_id(), trace: random_trace_id() }
    }
}

impl Tracer {
    /// Begins a span below the parent, or one that begins a trace.
    pub(super) fn begin(
        &self,
        name: String,
        kind: SpanKind,
        parent: &Context,
        ids: &NewIds,
    ) -> Span {
        let parent = parent.span().span_context().clone();
        let context = if parent.is_valid() {
            let (flags, state) = (parent.trace_flags(), parent.trace_state().clone());
            SpanContext::new(parent.trace_id(), ids.span, flags, false, state)
        } else {
            let flags = self.decided(ids.trace);
            SpanContext::new(ids.trace, ids.span, flags, false, TraceState::default())
        };
        let (attributes, links) = (Vec::new(), Vec::new());
        Span { name, kind, context, parent, attributes, links, start: SystemTime::now() }
    }

    /// Decides if a trace that begins here is exported. Its id decides, so a replay decides the same.
    fn decided(&self, trace: TraceId) -> TraceFlags {
        let [.., a, b, c, d] = trace.to_bytes();
        let share = f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0);
        if share < self.ratio { TraceFlags::SAMPLED } else { TraceFlags::default() }
    }

    /// Exports a span that ends now.
    pub(super) fn end(&self, span: Span, status: Status) {
        if !span.context.is_sampled() {
            return;
        }
        let mut links = SpanLinks::default();
        links.links = span.links;
        self.processor.on_end(SpanData {
            parent_span_id: span.parent.span_id(),
            parent_span_is_remote: span.parent.is_remote(),
            span_context: span.context,
            span_kind: span.kind,
            name: span.name.into(),
            start_time: span.start,
            end_time: SystemTime::now().max(span.start),
            attributes: span.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status,
            instrumentation_scope: self.scope.clone(),
        });
    }
}

impl Span {
    pub(super) fn with(mut self, key: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.attributes.push(KeyValue::new(key, value.to_owned()));
        }
        self
    }

    pub(super) fn with_number(mut self, key: &'static str, value: i64) -> Self {
        self.attributes.push(KeyValue::new(key, value));
        self
    }

    pub(super) fn starting_at(mut self, start: Option<SystemTime>) -> Self {
        self.start = start.unwrap_or(self.start);
        self
    }

    pub(super) fn linked(mut self, to: &Context) -> Self {
        let context = to.span().span_context().clone();
        self.links.push(Link::new(context, Vec::new(), 0));
        self
    }

    /// Returns the context in which code within the span runs, with the baggage of `outer`.
    pub(super) fn within(&self, outer: &Context) -> Context {
        outer.with_remote_span_context(self.context.clone())
    }
}

/// Returns the status of a result.
pub(super) fn status<T, E: std::fmt::Display>(result: &Result<T, E>) -> Status {
    match result {
        Ok(_) => Status::Unset,
        Err(error) => failed(error),
    }
}

/// Returns the status of an error.
pub(super) fn failed(error: &impl std::fmt::Display) -> Status {
    // The message may come from the user's code.
    let message = crate::definition::caught(|| error.to_string());
    Status::error(message.unwrap_or_else(|_| "the message of the error panicked".to_owned()))
}
