//! The metrics as a collector gets them by OTLP.
//!
//! The SDK has such a meter, too (1.1.1, `build_otlp_metric_exporter`), but it can't be flushed.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram as OtelHistogram, Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, PeriodicReader, SdkMeterProvider, Stream,
};
use temporalio_common::telemetry::HistogramBucketOverrides;
use temporalio_common::telemetry::metrics::{
    CoreMeter, Counter, Gauge, GaugeF64, Histogram, HistogramBase, HistogramDuration,
    HistogramDurationBase, HistogramF64, HistogramF64Base, MetricAttributable, MetricAttributes,
    MetricParameters, NewAttributes, UpDownCounter, default_buckets_for,
};

use super::super::TelemetryError;
use super::super::collector::Collector;
use crate::telemetry_settings::TelemetrySettings;

/// A meter over that of OpenTelemetry.
#[derive(Debug)]
pub(super) struct OtlpMeter {
    meter: Meter,
    in_seconds: bool,
}

/// Returns the meter, and its provider, which exports.
pub(super) fn meter(
    settings: &TelemetrySettings,
    buckets: HistogramBucketOverrides,
    collector: &Collector,
) -> Result<(OtlpMeter, SdkMeterProvider), TelemetryError> {
    let in_seconds = !settings.metrics_in_milliseconds;
    let reader = PeriodicReader::builder(collector.metrics()?)
        .with_interval(settings.otlp_metrics_interval)
        .build();
    let provider = SdkMeterProvider::builder()
        .with_reader(reader)
        .with_view(move |instrument: &Instrument| stream(instrument, &buckets, in_seconds))
        .with_resource(collector.resource.clone())
        .build();
    Ok((OtlpMeter { meter: provider.meter("durable"), in_seconds }, provider))
}

/// Returns the buckets of a histogram: those of the settings, or else the SDK's.
fn stream(
    instrument: &Instrument,
    overrides: &HistogramBucketOverrides,
    in_seconds: bool,
) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram {
        return None;
    }
    let name = instrument.name();
    let own = overrides.overrides.iter().find(|(part, _)| name.contains(part.as_str()));
    let boundaries = own.map_or_else(
        || {
            let sdk = name.strip_prefix("temporal_").unwrap_or(name);
            default_buckets_for(sdk, in_seconds).to_vec()
        },
        |(_, bounds)| bounds.clone(),
    );
    let aggregation = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: true };
    Stream::builder().with_aggregation(aggregation).build().ok()
}

impl CoreMeter for OtlpMeter {
    fn new_attributes(&self, attributes: NewAttributes) -> MetricAttributes {
        let pairs = attributes.attributes.into_iter().map(KeyValue::from).collect();
        MetricAttributes::OTel { kvs: Arc::new(pairs) }
    }

    fn extend_attributes(
        &self,
        existing: MetricAttributes,
        attributes: NewAttributes,
    ) -> MetricAttributes {
        let MetricAttributes::OTel { mut kvs } = existing else {
            return self.new_attributes(attributes);
        };
        Arc::make_mut(&mut kvs).extend(attributes.attributes.into_iter().map(KeyValue::from));
        MetricAttributes::OTel { kvs }
    }

    fn counter(&self, parameters: MetricParameters) -> Counter {
        let MetricParameters { name, description, unit } = parameters;
        let counter = self.meter.u64_counter(name).with_description(description).with_unit(unit);
        Counter::new(Arc::new(counter.build()))
    }

    fn histogram(&self, parameters: MetricParameters) -> Histogram {
        Histogram::new(Arc::new(self.integers(parameters)))
    }

    fn histogram_f64(&self, parameters: MetricParameters) -> HistogramF64 {
        HistogramF64::new(Arc::new(self.numbers(parameters)))
    }

    fn histogram_duration(&self, mut parameters: MetricParameters) -> HistogramDuration {
        HistogramDuration::new(Arc::new(if self.in_seconds {
            parameters.unit = "s".into();
            Durations::Seconds(self.numbers(parameters))
        } else {
            parameters.unit = "ms".into();
            Durations::Milliseconds(self.integers(parameters))
        }))
    }

    fn gauge(&self, parameters: MetricParameters) -> Gauge {
        let MetricParameters { name, description, unit } = parameters;
        let gauge = self.meter.u64_gauge(name).with_description(description).with_unit(unit);
        Gauge::new(Arc::new(gauge.build()))
    }

    fn gauge_f64(&self, parameters: MetricParameters) -> GaugeF64 {
        let MetricParameters { name, description, unit } = parameters;
        let gauge = self.meter.f64_gauge(name).with_description(description).with_unit(unit);
        GaugeF64::new(Arc::new(gauge.build()))
    }

    fn up_down_counter(&self, parameters: MetricParameters) -> UpDownCounter {
        let MetricParameters { name, description, unit } = parameters;
        let counter = self.meter.i64_up_down_counter(name);
        let counter = counter.with_description(description).with_unit(unit);
        UpDownCounter::new(Arc::new(counter.build()))
    }
}

impl OtlpMeter {
    fn integers(&self, parameters: MetricParameters) -> OtelHistogram<u64> {
        let MetricParameters { name, description, unit } = parameters;
        self.meter.u64_histogram(name).with_description(description).with_unit(unit).build()
    }

    fn numbers(&self, parameters: MetricParameters) -> OtelHistogram<f64> {
        let MetricParameters { name, description, unit } = parameters;
        self.meter.f64_histogram(name).with_description(description).with_unit(unit).build()
    }
}

/// A histogram of durations, in one of the units.
enum Durations {
    Milliseconds(OtelHistogram<u64>),
    Seconds(OtelHistogram<f64>),
}

/// The same with labels.
enum BoundDurations {
    Milliseconds(Box<dyn HistogramBase>),
    Seconds(Box<dyn HistogramF64Base>),
}

impl MetricAttributable<Box<dyn HistogramDurationBase>> for Durations {
    fn with_attributes(
        &self,
        attributes: &MetricAttributes,
    ) -> Result<Box<dyn HistogramDurationBase>, Box<dyn std::error::Error>> {
        Ok(Box::new(match self {
            Self::Milliseconds(it) => BoundDurations::Milliseconds(it.with_attributes(attributes)?),
            Self::Seconds(it) => BoundDurations::Seconds(it.with_attributes(attributes)?),
        }))
    }
}

impl HistogramDurationBase for BoundDurations {
    fn records(&self, value: Duration) {
        match self {
            Self::Milliseconds(it) => {
                it.records(u64::try_from(value.as_millis()).unwrap_or(u64::MAX));
            }
            Self::Seconds(it) => it.records(value.as_secs_f64()),
        }
    }
}
