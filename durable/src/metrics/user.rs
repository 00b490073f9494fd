//! The metrics of a program.

use std::borrow::Cow;
use std::time::Duration;

use super::instruments::{Label, Value};
use super::{meter, replay};

/// Creates the metrics of a program, with labels.
///
/// `ctx.metrics()` returns it in activities and workflows. Elsewhere there is [`Metrics::new`]. It is cheap
/// to create, so it need not be kept.
#[derive(Debug, Clone, Default)]
#[must_use = "metrics record nothing by themselves"]
pub struct Metrics {
    /// Empty if no meter is installed.
    labels: Vec<Label<'static>>,
}

impl Metrics {
    /// Creates metrics without labels, for code outside of activities and workflows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns metrics with labels that are made only if somebody records.
    pub(crate) fn of<const N: usize>(labels: impl FnOnce() -> [(&'static str, String); N]) -> Self {
        if meter::instruments().is_none() {
            return Self::default();
        }
        let labels = labels().into_iter().map(|(label, value)| (label.into(), value.into()));
        Self { labels: labels.collect() }
    }

    /// Adds a label. It replaces one of the same name.
    ///
    /// Its values must be few: a region or a kind of customer, but no id.
    pub fn with(mut self, label: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        if meter::instruments().is_some() {
            self.labels.retain(|(name, _)| name != label);
            self.labels.push((label.into(), value.into()));
        }
        self
    }

    /// Returns a counter: a number that only grows. Prometheus shows it with the end `_total`.
    ///
    /// Names have letters, digits and `_`. The beginnings `temporal_` and `durable_` are taken.
    pub fn counter(&self, name: &'static str) -> Counter {
        Counter(self.instrument(name))
    }

    /// Returns a gauge: a number that goes up and down. It keeps the last value that the process has set.
    pub fn gauge(&self, name: &'static str) -> Gauge {
        Gauge(self.instrument(name))
    }

    /// Returns a histogram: the distribution of values or durations, but not of both under one name.
    pub fn histogram(&self, name: &'static str) -> Histogram {
        Histogram(self.instrument(name))
    }

    fn instrument(&self, name: &'static str) -> Instrument {
        Instrument { name, labels: self.labels.clone() }
    }
}

#[derive(Debug, Clone)]
struct Instrument {
    name: &'static str,
    labels: Vec<Label<'static>>,
}

impl Instrument {
    fn record(&self, value: Value) {
        if let Some(instruments) = meter::instruments()
            && !replay::is_muted()
        {
            instruments.record_checked(self.name, &self.labels, value);
        }
    }
}

/// A number that only grows.
#[derive(Debug, Clone)]
#[must_use = "a counter changes only when `add` is called"]
pub struct Counter(Instrument);

impl Counter {
    /// Adds to the counter.
    pub fn add(&self, count: u64) {
        self.0.record(Value::Count(count));
    }
}

/// A number that goes up and down.
#[derive(Debug, Clone)]
#[must_use = "a gauge changes only when `set` is called"]
pub struct Gauge(Instrument);

impl Gauge {
    /// Sets the gauge.
    pub fn set(&self, value: f64) {
        self.0.record(Value::Level(value));
    }
}

/// A distribution of values or durations.
#[derive(Debug, Clone)]
#[must_use = "a histogram changes only when a value is recorded"]
pub struct Histogram(Instrument);

impl Histogram {
    /// Records a value.
    pub fn record(&self, value: f64) {
        self.0.record(Value::Observation(value));
    }

    /// Records a duration, in seconds unless the exporter was told to use milliseconds. Prometheus shows it
    /// with the unit at the end of the name.
    pub fn record_duration(&self, duration: Duration) {
        self.0.record(Value::Duration(duration));
    }
}
