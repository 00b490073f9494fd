//! The record of why and where types refused values.

use std::sync::{Arc, Mutex, PoisonError};

use super::path::Path;
use super::refusal::Refusal;
use super::text::Text;

/// The refusals of one decoding, each with its path.
#[derive(Clone, Default)]
pub(super) struct Report(Arc<Mutex<Vec<(Text, Text)>>>);

impl Report {
    /// Records a refusal.
    pub(super) fn add(&self, refusal: Refusal, kind: &str, path: &Path) -> Refusal {
        if let Refusal::Recorded(_) = refusal {
            return refusal;
        }
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.push((refusal.text(kind), path.text()));
        Refusal::Recorded(recorded.len() - 1)
    }

    /// Returns a recorded refusal with its path.
    pub(super) fn get(&self, number: usize) -> Option<(Text, Text)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned()
    }
}
