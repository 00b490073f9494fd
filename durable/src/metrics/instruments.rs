//! The instruments of this crate and of the program on the meter, each with its sets of labels.
//!
//! The SDK (1.1.1) panics in debug builds, and records nothing in others, if a name is invalid or is used for
//! two kinds of instruments. So both are checked here.

#![cfg_attr(not(feature = "telemetry"), allow(dead_code, reason = "only `telemetry` installs it"))]

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use temporalio_common::telemetry::metrics::{
    CoreMeter, Counter, CounterBase as _, GaugeF64, GaugeF64Base as _, HistogramDuration,
    HistogramDurationBase as _, HistogramF64, HistogramF64Base as _, MetricAttributable as _,
    MetricAttributes, MetricKeyValue, MetricParameters, NewAttributes,
};

/// The most sets of labels of a metric.
pub(super) const MOST_SERIES: usize = 1000;

/// A label and its value.
pub(super) type Label<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A value to record.
#[derive(Clone, Copy)]
pub(super) enum Value {
    /// Adds to a counter.
    Count(u64),
    /// Sets a gauge.
    Level(f64),
    /// Records a value of a histogram.
    Observation(f64),
    /// Records a duration of a histogram.
    Duration(Duration),
}

/// An instrument, without labels or bound to some.
enum Instrument {
    Counter(Counter),
    Gauge(GaugeF64),
    Histogram(HistogramF64),
    Durations(HistogramDuration),
}

impl Instrument {
    fn new(meter: &dyn CoreMeter, name: &str, value: Value) -> Self {
        let parameters = MetricParameters::builder().name(name.to_owned()).build();
        match value {
            Value::Count(_) => Self::Counter(meter.counter(parameters)),
            Value::Level(_) => Self::Gauge(meter.gauge_f64(parameters)),
            Value::Observation(_) => Self::Histogram(meter.histogram_f64(parameters)),
            Value::Duration(_) => Self::Durations(meter.histogram_duration(parameters)),
        }
    }

    fn with(&self, labels: &MetricAttributes) -> Option<Self> {
        match self {
            Self::Counter(it) => it.with_attributes(labels).ok().map(Self::Counter),
            Self::Gauge(it) => it.with_attributes(labels).ok().map(Self::Gauge),
            Self::Histogram(it) => it.with_attributes(labels).ok().map(Self::Histogram),
            Self::Durations(it) => it.with_attributes(labels).ok().map(Self::Durations),
        }
    }

    fn is_for(&self, value: Value) -> bool {
        matches!(
            (self, value),
            (Self::Counter(_), Value::Count(_))
                | (Self::Gauge(_), Value::Level(_))
                | (Self::Histogram(_), Value::Observation(_))
                | (Self::Durations(_), Value::Duration(_))
        )
    }

    fn record(&self, value: Value) {
        match (self, value) {
            (Self::Counter(it), Value::Count(value)) => it.adds(value),
            (Self::Gauge(it), Value::Level(value)) => it.records(value),
            (Self::Histogram(it), Value::Observation(value)) => it.records(value),
            (Self::Durations(it), Value::Duration(value)) => it.records(value),
            _ => {}
        }
    }
}

/// A problem of a metric, for which its values are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error(
        "invalid name; use letters, digits and `_`, begin with none of `temporal_`, `durable_` and a digit, \
         and leave out the end `_total`, which counters get by themselves"
    )]
    Name,
    #[error(
        "invalid label; use letters, digits and `_`, but neither `le` nor `quantile`, and begin with a letter"
    )]
    Label,
    #[error("the name is used for another kind of metric; use another name")]
    Kind,
    #[error(
        "it has {MOST_SERIES} sets of labels, and drops others; use labels with few values, and no ids"
    )]
    Series,
}

/// A metric with its sets of labels.
struct Metric {
    instrument: Instrument,
    series: HashMap<Vec<Label<'static>>, Instrument>,
}

/// All instruments of this crate and of the program.
pub(super) struct Instruments {
    meter: Arc<dyn CoreMeter>,
    metrics: RwLock<HashMap<&'static str, Metric>>,
    /// The problems that were logged.
    logged: Mutex<HashMap<&'static str, Vec<Problem>>>,
}

impl Instruments {
    pub(super) fn new(meter: Arc<dyn CoreMeter>) -> Self {
        Self { meter, metrics: RwLock::default(), logged: Mutex::default() }
    }

    /// Records a value of this crate's own.
    pub(super) fn record(&self, name: &'static str, labels: &[Label<'_>], value: Value) {
        if let Err(problem) = self.try_record(name, labels, value) {
            self.report(name, problem);
        }
    }

    /// Records a value of the program, whose names may be anything.
    pub(super) fn record_checked(&self, name: &'static str, labels: &[Label<'_>], value: Value) {
        let checked = if !is_name(name) || is_reserved(name) {
            Err(Problem::Name)
        } else if labels.iter().all(|(label, _)| is_label(label)) {
            self.try_record(name, labels, value)
        } else {
            Err(Problem::Label)
        };
        if let Err(problem) = checked {
            self.report(name, problem);
        }
    }

    fn try_record(
        &self,
        name: &'static str,
        labels: &[Label<'_>],
        value: Value,
    ) -> Result<(), Problem> {
        {
            let metrics = self.metrics.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(metric) = metrics.get(name) {
                if !metric.instrument.is_for(value) {
                    return Err(Problem::Kind);
                }
                let series: &HashMap<Vec<Label<'_>>, _> = &metric.series;
                if let Some(series) = series.get(labels) {
                    series.record(value);
                    return Ok(());
                }
                if metric.series.len() >= MOST_SERIES {
                    return Err(Problem::Series);
                }
            }
        }
        self.record_first(name, labels, value)
    }

    /// Records the first value of a set of labels.
    fn record_first(
        &self,
        name: &'static str,
        labels: &[Label<'_>],
        value: Value,
    ) -> Result<(), Problem> {
        let mut metrics = self.metrics.write().unwrap_or_else(PoisonError::into_inner);
        let metric = metrics.entry(name).or_insert_with(|| Metric {
            instrument: Instrument::new(&*self.meter, name, value),
            series: HashMap::new(),
        });
        if !metric.instrument.is_for(value) {
            return Err(Problem::Kind);
        }
        let is_full = metric.series.len() >= MOST_SERIES;
        match metric.series.entry(labels.iter().map(owned).collect()) {
            Entry::Occupied(series) => series.get().record(value),
            Entry::Vacant(_) if is_full => return Err(Problem::Series),
            Entry::Vacant(series) => {
                let attributes = self.meter.new_attributes(attributes(labels));
                let bound = metric.instrument.with(&attributes).ok_or(Problem::Label)?;
                series.insert(bound).record(value);
            }
        }
        Ok(())
    }

    /// Logs a problem, once for each metric.
    fn report(&self, name: &'static str, problem: Problem) {
        // The names come from the code, so there are few.
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let problems = logged.entry(name).or_default();
        if !problems.contains(&problem) {
            problems.push(problem);
            drop(logged);
            tracing::warn!(metric = name, "values of the metric are dropped: {problem}");
        }
    }
}

fn owned((label, value): &Label<'_>) -> Label<'static> {
    let owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
    (owned(label), owned(value))
}

fn attributes(labels: &[Label<'_>]) -> NewAttributes {
    let label = |(label, value): &Label<'_>| MetricKeyValue::new(label.as_ref(), value.to_string());
    NewAttributes::new(labels.iter().map(label).collect())
}

/// Returns whether the formats of Prometheus and OpenTelemetry both have the name.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        && name.len() <= 200
}

fn is_reserved(name: &str) -> bool {
    name.starts_with("temporal_") || name.starts_with("durable_") || name.ends_with("_total")
}

fn is_label(label: &str) -> bool {
    is_name(label) && !label.starts_with('_') && !matches!(label, "le" | "quantile")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Arc;

    use temporalio_common::telemetry::metrics::NoOpCoreMeter;

    use super::{Instruments, Label, MOST_SERIES, Problem, Value};

    fn instruments() -> Instruments {
        Instruments::new(Arc::new(NoOpCoreMeter))
    }

    fn logged(instruments: &Instruments, name: &str) -> Vec<Problem> {
        let logged = instruments.logged.lock().expect("no test panics with it");
        logged.get(name).cloned().unwrap_or_default()
    }

    fn label(label: &'static str, value: impl Into<Cow<'static, str>>) -> Label<'static> {
        (label.into(), value.into())
    }

    #[test]
    fn refuses_names_that_an_exporter_does_not_have_or_that_are_taken() {
        let cases = [
            ("orders", "tier", None),
            ("_orders2", "tier", None),
            ("", "tier", Some(Problem::Name)),
            ("orders placed", "tier", Some(Problem::Name)),
            ("orders.placed", "tier", Some(Problem::Name)),
            ("2orders", "tier", Some(Problem::Name)),
            ("temporal_request", "tier", Some(Problem::Name)),
            ("durable_drains", "tier", Some(Problem::Name)),
            ("orders_total", "tier", Some(Problem::Name)),
            ("prices", "", Some(Problem::Label)),
            ("prices", "le", Some(Problem::Label)),
            ("prices", "quantile", Some(Problem::Label)),
            ("prices", "__name__", Some(Problem::Label)),
            ("prices", "a-b", Some(Problem::Label)),
        ];
        for (name, with, problem) in cases {
            let instruments = instruments();
            instruments.record_checked(name, &[label(with, "x")], Value::Count(1));
            assert_eq!(logged(&instruments, name), Vec::from_iter(problem), "{name} {with}");
        }
    }

    #[test]
    fn a_name_has_one_kind() {
        let instruments = instruments();
        instruments.record_checked("orders", &[], Value::Count(1));
        instruments.record_checked("orders", &[], Value::Level(1.0));
        instruments.record_checked("orders", &[], Value::Observation(1.0));
        assert_eq!(logged(&instruments, "orders"), [Problem::Kind]);
    }

    #[test]
    fn ids_as_labels_end_at_the_limit() {
        let instruments = instruments();
        for id in 0..MOST_SERIES + 10 {
            let label = label("order", id.to_string());
            instruments.record_checked("orders", &[label], Value::Count(1));
        }
        assert_eq!(logged(&instruments, "orders"), [Problem::Series]);
        let metrics = instruments.metrics.read().expect("no test panics with it");
        assert_eq!(metrics["orders"].series.len(), MOST_SERIES);
    }
}
