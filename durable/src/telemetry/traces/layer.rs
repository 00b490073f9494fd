//! The spans that the program makes by the macros of `tracing`.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::dynamic_filter_fn;

use super::span::Tracer;
use crate::definition::user_code;
use crate::logs::is_own;
use crate::telemetry::logs::BoxedLayer;

/// Returns the layer that exports the program's own spans, below the current one.
///
/// The spans of workflow code are left out, because a replay would make them again.
pub(in crate::telemetry) fn layer(tracer: &Arc<Tracer>) -> BoxedLayer {
    let ratio = Sampler::TraceIdRatioBased(tracer.ratio);
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(ratio)))
        .with_span_processor(Shared(Arc::clone(tracer)))
        .build();
    // All events, and the spans of others, are turned off for good where they stand, so that they cost nothing.
    let filter = dynamic_filter_fn(|metadata, _| {
        metadata.is_span() && is_of_program(metadata) && user_code::current().is_none()
    })
    .with_callsite_filter(|metadata| {
        if metadata.is_span() && is_of_program(metadata) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    })
    .with_max_level_hint(Level::INFO);
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("tracing"))
        .with_filter(filter)
        .boxed()
}

/// Returns `true` for a span that neither this crate nor a library below it makes. The spans of log lines have the
/// path of a type of the program as their target.
fn is_of_program(metadata: &Metadata<'_>) -> bool {
    const OTHERS: [&str; 7] =
        ["durable", "h2", "hyper", "hyper_util", "opentelemetry", "tonic", "tower"];
    let of = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO
        && !is_own(metadata)
        && !OTHERS.contains(&of)
        && !of.starts_with("temporalio_")
        && !of.starts_with("opentelemetry")
}

/// The processor that all spans share.
#[derive(Clone)]
struct Shared(Arc<Tracer>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl SpanProcessor for Shared {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.processor.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        // The export ends it.
        Ok(())
    }
}
