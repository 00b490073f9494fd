//! Silence during replay: a subscriber that passes spans on and drops events.
//!
//! The macros of `tracing` cache for each call site which subscribers want it. So a subscriber that is current
//! during replay must be registered like any other, and must not be `Dispatch::none()`: a call site that
//! is first reached then would stay off. It answers that it wants no call site. The one around which it is
//! made is registered too and answers for itself.

use std::cell::RefCell;

use tracing::dispatcher::{self, DefaultGuard, Dispatch};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, NoSubscriber, Subscriber};
use tracing::{Event, Metadata};
use tracing_core::span::Current;

/// A subscriber that passes spans on to another, because lines after the replay may be in them, and
/// drops events.
struct Silent(Dispatch);

impl Subscriber for Silent {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::never()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::OFF)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && self.0.enabled(metadata)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.record_follows_from(span, follows);
    }

    fn event_enabled(&self, _: &Event<'_>) -> bool {
        false
    }

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        self.0.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.0.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.0.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.0.try_close(id)
    }

    fn current_span(&self) -> Current {
        self.0.current_span()
    }
}

thread_local! {
    /// The silent subscriber around the thread's own one.
    static SILENT: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
}

/// Drops the events of this thread until the guard is dropped. Without a subscriber there is nothing to do.
///
/// The thread's subscriber must be the same each time, as it is on the threads of workers and replays.
pub(super) fn begin() -> Option<DefaultGuard> {
    SILENT.with_borrow_mut(|silent| {
        if silent.is_none() {
            *silent = around_current();
        }
        silent.as_ref().map(dispatcher::set_default)
    })
}

fn around_current() -> Option<Dispatch> {
    let current = dispatcher::get_default(Dispatch::clone);
    let has_events = !current.is::<NoSubscriber>() && !current.is::<Silent>();
    has_events.then(|| Dispatch::new(Silent(current)))
}

/// Forgets the thread's silent subscriber, before the thread gets another one, or ends.
pub(super) fn forget() {
    let silent = SILENT.take();
    drop(silent);
}
