//! The list of a run's waits. A wait is in it as long as its future exists and is not ready.
//!
//! SDK 1.1.1 knows its pending commands, but neither the conditions nor the places in the user's code.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use crate::definition::user_code::Part;

/// A place in the user's code.
pub(crate) type Place = &'static Location<'static>;

/// The waits of a run.
#[derive(Clone, Default)]
pub(crate) struct Waits(Rc<Inner>);

#[derive(Default)]
struct Inner {
    next: Cell<u64>,
    /// The number of the routine that is polled, and the workflow's time.
    polled: Cell<(u64, Option<SystemTime>)>,
    routines: RefCell<BTreeMap<u64, Started>>,
    waits: RefCell<BTreeMap<u64, Waiting>>,
}

/// A routine that has not ended: `#[run]`, or a signal or update.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started {
    pub(super) part: Part,
    pub(super) since: Option<SystemTime>,
}

/// A wait that is not over.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) routine: u64,
    pub(super) subject: Subject,
    pub(super) summary: Option<String>,
    pub(super) place: Place,
    pub(super) since: Option<SystemTime>,
}

/// The event that a wait waits for.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Activity {
        name: &'static str,
        id: Option<String>,
        queue: Option<String>,
    },
    LocalActivity {
        name: &'static str,
    },
    Child {
        name: Cow<'static, str>,
        id: String,
    },
    Signal {
        name: String,
        workflow_id: String,
    },
    CancelExternal {
        workflow_id: String,
    },
    Timer(Duration),
    Condition {
        limit: Option<Duration>,
    },
    Cancellation,
    Handlers,
    /// The next command of an entity.
    Command,
    /// The reply to a command of an entity.
    Reply,
}

impl Waits {
    fn number(&self) -> u64 {
        let number = self.0.next.get();
        self.0.next.set(number + 1);
        number
    }

    /// Adds a wait of the routine that is polled.
    pub(crate) fn add(&self, subject: Subject, summary: Option<String>, place: Place) -> Listed {
        let number = self.number();
        let (routine, since) = self.0.polled.get();
        let waiting = Waiting { routine, subject, summary, place, since };
        self.0.waits.borrow_mut().insert(number, waiting);
        Listed { waits: self.clone(), number }
    }

    /// Calls a function with the routines and the waits, in the order in which they began.
    pub(super) fn with<R>(
        &self,
        read: impl FnOnce(&BTreeMap<u64, Started>, &BTreeMap<u64, Waiting>) -> R,
    ) -> R {
        read(&self.0.routines.borrow(), &self.0.waits.borrow())
    }
}

/// A wait in the list. It is removed when this is dropped.
#[must_use = "the wait is removed when this is dropped"]
pub(crate) struct Listed {
    waits: Waits,
    number: u64,
}

impl Drop for Listed {
    fn drop(&mut self) {
        let removed = self.waits.0.waits.borrow_mut().remove(&self.number);
        drop(removed);
    }
}

/// A wait that is added to the list when it turns out to be pending.
pub(crate) struct Entry {
    waits: Waits,
    place: Place,
    listed: Option<Listed>,
}

impl Entry {
    pub(crate) fn new(waits: &Waits, place: Place) -> Self {
        Self { waits: waits.clone(), place, listed: None }
    }

    /// Adds or removes the wait, by the result of a poll.
    pub(crate) fn polled(
        &mut self,
        is_pending: bool,
        subject: impl FnOnce() -> (Subject, Option<String>),
    ) {
        if !is_pending {
            self.listed = None;
        } else if self.listed.is_none() {
            let (subject, summary) = subject();
            self.listed = Some(self.waits.add(subject, summary, self.place));
        }
    }
}

/// A routine in the list. It is removed when this is dropped.
pub(crate) struct Routine {
    waits: Waits,
    part: Part,
    number: Option<u64>,
}

impl Routine {
    pub(crate) fn new(waits: &Waits, part: Part) -> Self {
        Self { waits: waits.clone(), part, number: None }
    }

    /// Notes that the routine is polled, at this time of the workflow.
    pub(crate) fn enter(&mut self, now: Option<SystemTime>) {
        let Self { waits, part, number } = self;
        let number = *number.get_or_insert_with(|| {
            let number = waits.number();
            waits.0.routines.borrow_mut().insert(number, Started { part: *part, since: now });
            number
        });
        waits.0.polled.set((number, now));
    }
}

impl Drop for Routine {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.waits.0.routines.borrow_mut().remove(&number);
        }
    }
}
