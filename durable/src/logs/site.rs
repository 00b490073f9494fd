//! The call sites of this crate's spans, one for each kind of span and type of workflow or activity.
//!
//! The macros of `tracing` have one target for each place in the source. A span of them would have this
//! crate's target, and a filter such as `my_app=info` would drop it together with the ids on the program's
//! own lines. So the target here is the path of the user's type. A site is leaked, which is bounded by the
//! types of the program.

use std::array;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::callsite::{self, Callsite};
use tracing::field::{Field, FieldSet, Value};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind as MetadataKind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Span, dispatcher};

/// The kind of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Workflow,
    Activity,
    Init,
    Signal,
    Update,
    Validator,
    Query,
}

impl Kind {
    #[cfg(feature = "telemetry")]
    const ALL: [Self; 7] = [
        Self::Workflow,
        Self::Activity,
        Self::Init,
        Self::Signal,
        Self::Update,
        Self::Validator,
        Self::Query,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Activity => "activity",
            Self::Init => "init",
            Self::Signal => "signal",
            Self::Update => "update",
            Self::Validator => "validator",
            Self::Query => "query",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Workflow => &["workflow_type", "workflow_id", "run_id", "task_queue", "attempt"],
            Self::Activity => &[
                "activity_type",
                "activity_id",
                "attempt",
                "workflow_type",
                "workflow_id",
                "run_id",
                "task_queue",
            ],
            Self::Init => &[],
            Self::Signal | Self::Update | Self::Validator | Self::Query => &["handler"],
        }
    }
}

/// The level of the spans: that of the least verbose lines, so that no line is without them.
const LEVEL: Level = Level::ERROR;

/// A call site.
struct Site {
    /// The span's metadata, which refers to the site. It is set before anything else sees the site.
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.known_metadata()
    }
}

impl Site {
    /// Creates a site, which lasts as long as the process.
    fn leaked(kind: Kind, target: &'static str) -> &'static Self {
        let site = Self { metadata: OnceLock::new(), interest: AtomicU8::new(SOMETIMES) };
        let site: &'static Self = Box::leak(Box::new(site));
        site.metadata.get_or_init(|| {
            let fields = FieldSet::new(kind.fields(), callsite::Identifier(site));
            let (name, kind) = (kind.name(), MetadataKind::SPAN);
            Metadata::new(name, target, LEVEL, None, None, None, fields, kind)
        });
        callsite::register(site);
        site
    }

    fn of(kind: Kind, target: &'static str) -> &'static Self {
        type Sites = HashMap<(Kind, &'static str), &'static Site>;
        static SITES: OnceLock<Mutex<Sites>> = OnceLock::new();
        let sites = SITES.get_or_init(Mutex::default);
        let known =
            sites.lock().unwrap_or_else(PoisonError::into_inner).get(&(kind, target)).copied();
        // The registration calls the subscribers, so the lock isn't held. One more site does no harm.
        known.unwrap_or_else(|| {
            let site = Self::leaked(kind, target);
            *sites
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry((kind, target))
                .or_insert(site)
        })
    }

    fn known_metadata(&self) -> &Metadata<'static> {
        self.metadata.get().unwrap_or_else(|| unreachable!("a site is made with its metadata"))
    }

    fn is_enabled(&self) -> bool {
        match self.interest.load(Ordering::Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|subscriber| subscriber.enabled(self.known_metadata())),
        }
    }
}

/// Returns `true` for a span of this crate. The macros of `tracing` name a module; a site here has none.
#[cfg(feature = "telemetry")]
pub(crate) fn is_own(metadata: &Metadata<'_>) -> bool {
    metadata.module_path().is_none() && Kind::ALL.iter().any(|kind| kind.name() == metadata.name())
}

/// Creates a span with a value for each of its fields. It has no parent unless one is given: the spans
/// around it are the SDK's, and say less.
pub(super) fn span<const N: usize>(
    kind: Kind,
    target: &'static str,
    parent: Option<&Span>,
    values: [&dyn Value; N],
) -> Span {
    if LEVEL > STATIC_MAX_LEVEL || LEVEL > LevelFilter::current() {
        return Span::none();
    }
    let site = Site::of(kind, target);
    if !site.is_enabled() {
        return Span::none();
    }
    let metadata: &'static Metadata<'static> = site.known_metadata();
    let mut fields = metadata.fields().iter();
    let fields: [Field; N] = array::from_fn(|_| {
        fields.next().unwrap_or_else(|| unreachable!("there is a value for each field"))
    });
    let values: [(&Field, Option<&dyn Value>); N] =
        array::from_fn(|index| (&fields[index], Some(values[index])));
    let values = metadata.fields().value_set(&values);
    match parent.and_then(Span::id) {
        Some(parent) => Span::child_of(parent, metadata, &values),
        None => Span::new_root(metadata, &values),
    }
}
