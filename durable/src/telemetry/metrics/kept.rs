//! A meter that keeps the series of each set of labels.
//!
//! The SDK's meter for Prometheus (1.1.1) makes a map of all labels, as texts, and looks its series up by it, for each
//! value that is recorded. The heartbeats of workers make such a map to find one label. Half of the CPU time of the
//! metrics went there. Here the labels are a list, which heartbeats search as it is, and which leads to its series
//! directly.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hashbrown::HashMap;
use temporalio_common::telemetry::metrics::{
    CoreMeter, Counter, CounterBase, Gauge, GaugeBase, GaugeF64, GaugeF64Base, Histogram,
    HistogramBase, HistogramDuration, HistogramDurationBase, HistogramF64, HistogramF64Base,
    MetricAttributable, MetricAttributes, MetricParameters, NewAttributes, UpDownCounter,
    UpDownCounterBase,
};

use super::labels::{LabelSets, Labels};

/// A meter over the SDK's.
pub(super) struct KeepingMeter {
    meter: Arc<dyn CoreMeter>,
    sets: Arc<LabelSets>,
}

impl KeepingMeter {
    pub(super) fn new(meter: Arc<dyn CoreMeter>) -> Self {
        Self { meter, sets: Arc::default() }
    }

    fn keeping<I>(&self, instrument: I) -> Arc<Kept<I>> {
        Arc::new(Kept {
            meter: Arc::clone(&self.meter),
            sets: Arc::clone(&self.sets),
            instrument,
            series: RwLock::default(),
        })
    }
}

impl fmt::Debug for KeepingMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepingMeter").field("meter", &self.meter).finish_non_exhaustive()
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
        let existing = self.sets.of(existing);
        self.sets.extend(&existing, attributes.attributes).to_attributes()
    }

    fn counter(&self, parameters: MetricParameters) -> Counter {
        Counter::new(self.keeping(self.meter.counter(parameters)))
    }

    fn histogram(&self, parameters: MetricParameters) -> Histogram {
        Histogram::new(self.keeping(self.meter.histogram(parameters)))
    }

    fn histogram_f64(&self, parameters: MetricParameters) -> HistogramF64 {
        HistogramF64::new(self.keeping(self.meter.histogram_f64(parameters)))
    }

    fn histogram_duration(&self, parameters: MetricParameters) -> HistogramDuration {
        HistogramDuration::new(self.keeping(self.meter.histogram_duration(parameters)))
    }

    fn gauge(&self, parameters: MetricParameters) -> Gauge {
        Gauge::new(self.keeping(self.meter.gauge(parameters)))
    }

    fn gauge_f64(&self, parameters: MetricParameters) -> GaugeF64 {
        GaugeF64::new(self.keeping(self.meter.gauge_f64(parameters)))
    }

    fn up_down_counter(&self, parameters: MetricParameters) -> UpDownCounter {
        UpDownCounter::new(self.keeping(self.meter.up_down_counter(parameters)))
    }
}

/// An instrument, and its series. They are as many as those of the exporter, which forgets none either.
struct Kept<I> {
    meter: Arc<dyn CoreMeter>,
    sets: Arc<LabelSets>,
    instrument: I,
    series: RwLock<HashMap<Labels, Arc<I>>>,
}

impl<I: MetricAttributable<I>> Kept<I> {
    /// Returns the series of these labels.
    fn of(&self, attributes: &MetricAttributes) -> Result<Series<I>, Box<dyn Error>> {
        let labels = self.sets.of(attributes.clone());
        let known =
            self.series.read().unwrap_or_else(PoisonError::into_inner).get(&labels).cloned();
        if let Some(known) = known {
            return Ok(Series(known));
        }
        let theirs = self.meter.new_attributes(NewAttributes::new(labels.to_pairs()));
        let series = self.instrument.with_attributes(&theirs)?;
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
