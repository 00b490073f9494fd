//! The spans of calls that have not ended.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use opentelemetry::trace::Status;

use super::span::Span;
use super::span::Tracer;

/// The spans of calls of a run that have not ended. A call whose future the workflow has dropped ends with the
/// run.
pub(super) struct Open {
    tracer: Arc<Tracer>,
    spans: RefCell<BTreeMap<u64, Span>>,
    next: Cell<u64>,
}

impl Open {
    pub(super) fn new(tracer: Arc<Tracer>) -> Self {
        Self { tracer, spans: RefCell::default(), next: Cell::default() }
    }

    /// Adds the span of a call, and returns its number.
    pub(super) fn insert(&self, span: Span) -> u64 {
        let number = self.next.get();
        self.next.set(number + 1);
        self.spans.borrow_mut().insert(number, span);
        number
    }

    /// Ends the span of a call. In a replay it was exported before.
    pub(super) fn end(&self, number: u64, is_replaying: bool, status: Status) {
        let span = self.spans.borrow_mut().remove(&number);
        if let Some(span) = span
            && !is_replaying
        {
            self.tracer.end(span, status);
        }
    }

    /// Ends the spans of all calls, with the run.
    pub(super) fn end_all(&self, is_replaying: bool) {
        for span in std::mem::take(&mut *self.spans.borrow_mut()).into_values() {
            if !is_replaying {
                self.tracer.end(span, Status::Unset);
            }
        }
    }
}
