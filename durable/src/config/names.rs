//! Finding the name that was meant.

use super::model::Entry;

/// The known name that a typing mistake was most likely meant to be.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |known: &str| match strsim::osa_distance(name, known) {
        // Of a short name, one letter is much of the whole.
        1 => 0.99,
        _ => strsim::jaro_winkler(name, known),
    };
    // Below this, the suggestion is a guess that only distracts.
    let close = known.into_iter().filter(|known| near(known) > 0.8);
    close.max_by(|a, b| near(a).total_cmp(&near(b)))
}

/// What to say of a key that is none: the nearest, or where it belongs, or what there is.
pub(super) fn unknown(name: &str, entries: &[Entry], root: &[Entry]) -> String {
    let offered = || entries.iter().filter(|entry| is_offered(entry)).map(Entry::name);
    if let Some(near) = nearest(name, offered()) {
        return format!("there is no such key; did you mean `{near}`?");
    }
    if let Some(path) = elsewhere(name, root) {
        return format!("there is no such key here; did you mean `temporal.{path}`?");
    }
    let known: Vec<_> = offered().collect();
    format!("there is no such key; there is `{}`", known.join("`, `"))
}

fn is_offered(entry: &Entry) -> bool {
    !matches!(entry, Entry::Refused { .. })
}

/// The path of a key of this name in another section.
fn elsewhere(name: &str, entries: &[Entry]) -> Option<String> {
    entries.iter().filter(|entry| is_offered(entry)).find_map(|entry| match entry {
        Entry::Section { name: section, entries, .. } => {
            elsewhere(name, entries).map(|path| format!("{section}.{path}"))
        }
        entry => (entry.name() == name).then(|| name.to_owned()),
    })
}
