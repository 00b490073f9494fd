//! A meter that keeps the series of each set of labels.
//!
//! The SDK's meter for Prometheus (1.1.1) makes a map of all labels, as texts, and looks its series up by it, for each
//! value that is recorded. The heartbeats of workers make such a map to find one label. Half of the CPU time of the
//! metrics went there. Here the labels are a list, which heartbeats search as it is, and which leads to its series
//! directly.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use opentelemetry::KeyValue;
use temporalio_common::telemetry::metrics::{
    CoreMeter, Counter, CounterBase, Gauge, GaugeBase, GaugeF64, GaugeF64Base, Histogram,
    HistogramBase, HistogramDuration, HistogramDurationBase, HistogramF64, HistogramF64Base,
    MetricAttributable, MetricAttributes, MetricKeyValue, MetricParameters, NewAttributes,
    UpDownCounter, UpDownCounterBase,
};

/// A list of labels, which are texts.
type Labels = Arc<Vec<KeyValue>>;

/// A meter over the SDK's.
#[derive(Debug)]
pub(super) struct KeepingMeter(Arc<dyn CoreMeter>);

impl KeepingMeter {
    pub(super) fn new(meter: Arc<dyn CoreMeter>) -> Self {
        Self(meter)
    }

    fn keeping<I>(&self, instrument: I) -> Arc<Kept<I>> {
        Arc::new(Kept { meter: Arc::clone(&self.0), instrument, series: RwLock::default() })
    }
}

impl CoreMeter for KeepingMeter {
    fn new_attributes(&self, attributes: NewAttributes) -> MetricAttributes {
        self.extend_attributes(MetricAttributes::Empty, attributes)
    }

    fn extend_attributes(
        &self,
        existing: MetricAttributes,
        attributes: NewAttributes,
    ) -> MetricAttributes {
        let mut kvs = labels(&existing);
        let all = Arc::make_mut(&mut kvs);
        for MetricKeyValue { key, value } in attributes.attributes {
            let label = KeyValue::new(key, value.to_string());
            match all.iter_mut().find(|known| known.key == label.key) {
                Some(known) => *known = label,
                None => all.push(label),
            }
        }
        MetricAttributes::OTel { kvs }
    }

    fn counter(&self, parameters: MetricParameters) -> Counter {
        Counter::new(self.keeping(self.0.counter(parameters)))
    }

    fn histogram(&self, parameters: MetricParameters) -> Histogram {
        Histogram::new(self.keeping(self.0.histogram(parameters)))
    }

    fn histogram_f64(&self, parameters: MetricParameters) -> HistogramF64 {
        HistogramF64::new(self.keeping(self.0.histogram_f64(parameters)))
    }

    fn histogram_duration(&self, parameters: MetricParameters) -> HistogramDuration {
        HistogramDuration::new(self.keeping(self.0.histogram_duration(parameters)))
    }

    fn gauge(&self, parameters: MetricParameters) -> Gauge {
        Gauge::new(self.keeping(self.0.gauge(parameters)))
    }

    fn gauge_f64(&self, parameters: MetricParameters) -> GaugeF64 {
        GaugeF64::new(self.keeping(self.0.gauge_f64(parameters)))
    }

    fn up_down_counter(&self, parameters: MetricParameters) -> UpDownCounter {
        UpDownCounter::new(self.keeping(self.0.up_down_counter(parameters)))
    }
}

/// Returns the labels of attributes that a [`KeepingMeter`] made.
fn labels(attributes: &MetricAttributes) -> Labels {
    match attributes {
        MetricAttributes::OTel { kvs } => Arc::clone(kvs),
        _ => Labels::default(),
    }
}

/// An instrument, and its series. They are as many as those of the exporter, which forgets none either.
struct Kept<I> {
    meter: Arc<dyn CoreMeter>,
    instrument: I,
    series: RwLock<HashMap<Labels, Arc<I>>>,
}

impl<I: MetricAttributable<I>> Kept<I> {
    /// Returns the series of these labels.
    fn of(&self, attributes: &MetricAttributes) -> Result<Series<I>, Box<dyn Error>> {
        let labels = labels(attributes);
        let known =
            self.series.read().unwrap_or_else(PoisonError::into_inner).get(&labels).cloned();
        if let Some(known) = known {
            return Ok(Series(known));
        }
        let pair = |label: &KeyValue| {
            MetricKeyValue::new(label.key.as_str(), label.value.as_str().into_owned())
        };
        let theirs = NewAttributes::new(labels.iter().map(pair).collect());
        let series = self.instrument.with_attributes(&self.meter.new_attributes(theirs))?;
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Series(Arc::clone(all.entry(labels).or_insert_with(|| Arc::new(series)))))
    }
}

/// The series of one set of labels.
struct Series<I>(Arc<I>);

/// Lets an instrument of the SDK be one that is kept.
macro_rules! kept {
    ($($instrument:ident: $base:ident, $record:ident($value:ty);)*) => {$(
        impl MetricAttributable<Box<dyn $base>> for Kept<$instrument> {
            fn with_attributes(
                &self,
                attributes: &MetricAttributes,
            ) -> Result<Box<dyn $base>, Box<dyn Error>> {
                Ok(Box::new(self.of(attributes)?))
            }
        }

        impl $base for Series<$instrument> {
            fn $record(&self, value: $value) {
                self.0.$record(value);
            }
        }
    )*};
}

kept! {
    Counter: CounterBase, adds(u64);
    UpDownCounter: UpDownCounterBase, adds(i64);
    Histogram: HistogramBase, records(u64);
    HistogramF64: HistogramF64Base, records(f64);
    HistogramDuration: HistogramDurationBase, records(Duration);
    Gauge: GaugeBase, records(u64);
    GaugeF64: GaugeF64Base, records(f64);
}
