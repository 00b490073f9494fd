//! The sets of labels of a meter.
//!
//! The SDK (1.1.1) extends a set of labels two or three times for each call of the server, and once for each activity
//! and each run. The result is one of a few sets, so it is looked up rather than made: a set is at one place for as
//! long as the process lives, and is recognised by it.

use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use opentelemetry::KeyValue;
use temporalio_common::telemetry::metrics::{MetricAttributes, MetricKeyValue, MetricValue};

/// A set of labels of [`LabelSets`]. The heartbeats of workers (SDK 1.1.1) search a list as it is, and would copy all
/// labels of another form.
#[derive(Clone, Default)]
pub(super) struct Labels(Arc<Vec<KeyValue>>);

impl Labels {
    pub(super) fn to_attributes(&self) -> MetricAttributes {
        MetricAttributes::OTel { kvs: Arc::clone(&self.0) }
    }

    /// Returns the labels in the form in which another meter takes them.
    pub(super) fn to_pairs(&self) -> Vec<MetricKeyValue> {
        let pair = |label: &KeyValue| {
            MetricKeyValue::new(label.key.as_str(), label.value.as_str().into_owned())
        };
        self.0.iter().map(pair).collect()
    }

    /// Returns a set with these labels too, which replace those of the same names.
    fn extended(&self, by: &[MetricKeyValue]) -> Self {
        let mut labels = Vec::clone(&self.0);
        for MetricKeyValue { key, value } in by {
            let label = KeyValue::new(key.clone(), value.to_string());
            match labels.iter_mut().find(|known| known.key == label.key) {
                Some(known) => *known = label,
                None => labels.push(label),
            }
        }
        Self(Arc::new(labels))
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// All sets of labels of a meter. They are as many as its series, of which an exporter forgets none either.
#[derive(Default)]
pub(super) struct LabelSets {
    empty: Labels,
    hashes: DefaultHashBuilder,
    extended: RwLock<HashTable<Extended>>,
}

/// A set of labels that was made from another.
struct Extended {
    from: Labels,
    by: Vec<MetricKeyValue>,
    labels: Labels,
}

impl LabelSets {
    /// Returns the labels of attributes that were made of these sets.
    pub(super) fn of(&self, attributes: MetricAttributes) -> Labels {
        match attributes {
            MetricAttributes::OTel { kvs } => Labels(kvs),
            _ => self.empty.clone(),
        }
    }

    /// Returns the set with these labels too.
    pub(super) fn extend(&self, from: &Labels, by: Vec<MetricKeyValue>) -> Labels {
        let hash = self.hash(from, &by);
        let is_it = |known: &Extended| known.from == *from && known.by == by;
        let all = self.extended.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.find(hash, is_it) {
            return known.labels.clone();
        }
        drop(all);
        let mut all = self.extended.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been quicker.
        if let Some(known) = all.find(hash, is_it) {
            return known.labels.clone();
        }
        let labels = from.extended(&by);
        let made = Extended { from: from.clone(), by, labels: labels.clone() };
        all.insert_unique(hash, made, |known| self.hash(&known.from, &known.by));
        labels
    }

    fn hash(&self, from: &Labels, by: &[MetricKeyValue]) -> u64 {
        let mut hasher = self.hashes.build_hasher();
        from.hash(&mut hasher);
        for MetricKeyValue { key, value } in by {
            key.hash(&mut hasher);
            // All labels of the SDK and of this crate are texts. Others are told apart by their comparison.
            if let MetricValue::String(value) = value {
                value.hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}
