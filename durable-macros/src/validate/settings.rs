//! Rules for the keys of an annotation that concern several of them.

use std::time::Duration;

use proc_macro2::Span;
use syn::{Attribute, Ident};

use crate::diagnostics::{Errors, err};
use crate::model::{Setting, Template, Value};
use crate::runtime_path::Private;

/// The keys that are not options.
#[derive(Default)]
pub(super) struct Annotation {
    pub(super) private: Private,
    pub(super) queue: Option<String>,
    pub(super) name: Option<String>,
    pub(super) id: Option<Template>,
    /// The options, which become calls of setters of the same names.
    pub(super) options: Vec<Setting>,
}

impl Annotation {
    pub(super) fn new(settings: Vec<Setting>) -> Self {
        let mut annotation = Self::default();
        for setting in settings {
            let key = setting.key.to_string();
            match (key.as_str(), setting.value) {
                ("queue", Value::Name(queue)) => annotation.queue = Some(queue.value()),
                ("name", Value::Name(name)) => annotation.name = Some(name.value()),
                (_, Value::Template(id)) => annotation.id = Some(id),
                (_, Value::Runtime(path)) => annotation.private = path.into(),
                (_, value) => annotation.options.push(Setting { key: setting.key, value }),
            }
        }
        annotation
    }
}

/// Refuses pairs of durations that contradict each other, wherever both are in one annotation; those
/// that meet only after the layers were merged are the runtime's to find.
pub(super) fn check(settings: &[Setting], errors: &mut Errors) {
    let duration = |wanted: &str| {
        settings.iter().find_map(|setting| match setting.value {
            Value::Duration(duration) if setting.key == wanted => Some((&setting.key, duration)),
            _ => None,
        })
    };
    for (short, long) in [
        ("start_to_close_timeout", "schedule_to_close_timeout"),
        ("run_timeout", "execution_timeout"),
        ("initial_interval", "maximum_interval"),
    ] {
        // A timeout of zero is none.
        if let (Some((key, shorter)), Some((_, longer))) = (duration(short), duration(long))
            && longer > Duration::ZERO
            && shorter > longer
        {
            errors.push(err!(key, "`{short}` must not be longer than `{long}`"));
        }
    }
    if let Some(every) = settings.iter().find(|setting| setting.key == "every") {
        for key in ["initial_interval", "backoff_coefficient", "maximum_interval"] {
            if settings.iter().any(|setting| setting.key == key) {
                let every = &every.key;
                errors.push(err!(every, "`every` is a fixed interval, and sets `{key}`; keep one"));
            }
        }
    }
    for setting in settings {
        if let Value::Retry(retry) = &setting.value {
            check(retry, errors);
        }
    }
}

/// The queue, or a mistake at the attribute unless there is one at the key already.
pub(super) fn queue(
    queue: Option<String>,
    was_written: bool,
    attribute: &str,
    item: &Ident,
    errors: &mut Errors,
) -> String {
    if queue.is_none() && !was_written {
        errors.push(syn::Error::new(
            // At the attribute, but as if written there: rustc need not mention the macro.
            Span::call_site().resolved_at(item.span()),
            format!(
                "`queue` is missing: the task queue whose workers run it; write \
                 `#[{attribute}(queue = \"orders\")]`"
            ),
        ));
    }
    queue.unwrap_or_default()
}

/// The name on the server where the annotation gives none: the item's own.
pub(super) fn default_name(ident: &Ident) -> String {
    use syn::ext::IdentExt as _;
    ident.unraw().to_string()
}

/// The attributes of one name, such as `doc` or `cfg`.
pub(super) fn attributes(attributes: &[Attribute], name: &str) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
}
