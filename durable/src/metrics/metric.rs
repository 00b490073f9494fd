//! The description of a metric.

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A number that only grows.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// A distribution of values.
    Histogram,
}

/// The description of a metric of this crate or of the SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The name on the Prometheus endpoint, with the default settings.
    pub name: &'static str,
    /// The kind.
    pub kind: MetricKind,
    /// The unit, or an empty text for a number.
    pub unit: &'static str,
    /// The names of the labels.
    pub labels: &'static [&'static str],
    /// The meaning.
    pub meaning: &'static str,
    /// A condition to alert on, as an expression of Prometheus and the time for which it must hold, and the
    /// reason for it.
    pub alert: Option<(&'static str, &'static str)>,
}

impl Metric {
    pub(super) const fn alert(self, condition: &'static str, reason: &'static str) -> Self {
        Self { alert: Some((condition, reason)), ..self }
    }

    /// Returns the name without the ends that the exporter adds.
    pub(super) fn recorded_name(&self) -> &'static str {
        let end = match self.kind {
            MetricKind::Counter => "_total",
            MetricKind::Gauge => "",
            MetricKind::Histogram => "_seconds",
        };
        self.name.strip_suffix(end).unwrap_or(self.name)
    }
}

pub(super) const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: MetricKind::Counter, unit: "", labels, meaning, alert: None }
}

pub(super) const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: MetricKind::Gauge, unit: "", labels, meaning, alert: None }
}

pub(super) const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> Metric {
    Metric { name, kind: MetricKind::Histogram, unit, labels, meaning, alert: None }
}
