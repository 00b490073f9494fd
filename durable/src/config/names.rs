//! The nearest known name for one that is unknown.

use super::error::ConfigProblem;
use super::model::Entry;
use super::value::{KeyPath, ValueSource, Values, in_file};

/// Returns the known name that is nearest to a mistyped one, if one is near.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |known: &str| match strsim::osa_distance(name, known) {
        // One letter is a large part of a short name.
        1 => 0.99,
        _ => strsim::jaro_winkler(name, known),
    };
    // Below this, a suggestion would be a guess.
    let close = known.into_iter().filter(|known| near(known) > 0.8);
    close.max_by(|a, b| near(a).total_cmp(&near(b)))
}

/// Returns the problem of an unknown key, with the nearest key, or its right place, or all keys.
pub(super) fn unknown(name: &str, entries: &[Entry], root: &[Entry]) -> String {
    let offered = || entries.iter().filter(|entry| is_offered(entry)).map(Entry::name);
    if let Some(near) = nearest(name, offered()) {
        return format!("unknown key; did you mean `{near}`?");
    }
    if let Some(path) = elsewhere(name, root) {
        return format!("unknown key in this section; did you mean `temporal.{path}`?");
    }
    let known: Vec<_> = offered().collect();
    format!("unknown key; expected one of `{}`", known.join("`, `"))
}

/// Returns the problems of the names under a section that the program doesn't have.
pub(super) fn not_in_this_program(
    values: &Values,
    section: &[&str],
    kind: &str,
    known: &[&str],
) -> Vec<ConfigProblem> {
    let unknown = values.names(section).into_iter().filter(|name| !known.contains(&&**name));
    unknown.map(|name| not_in_program(values, section, kind, &name, known)).collect()
}

/// Returns the problem of a name that was chosen under a section, and that the program doesn't have.
fn not_in_program(
    values: &Values,
    section: &[&str],
    kind: &str,
    name: &str,
    known: &[&str],
) -> ConfigProblem {
    let path: KeyPath = section.iter().chain([&name]).map(|part| (*part).to_owned()).collect();
    let source = values.source_below(&path).unwrap_or(ValueSource::BuiltIn);
    let rest = match (nearest(name, known.iter().copied()), known) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => String::new(),
        (None, known) => {
            let mut known = known.to_vec();
            known.sort_unstable();
            known.dedup();
            format!("; it has `{}`", known.join("`, `"))
        }
    };
    let problem = format!("this program has no {kind} `{name}`{rest}");
    ConfigProblem { source, key: in_file(&path), problem }
}

fn is_offered(entry: &Entry) -> bool {
    !matches!(entry, Entry::Refused { .. })
}

/// Returns the path of a key of this name in another section.
fn elsewhere(name: &str, entries: &[Entry]) -> Option<String> {
    entries.iter().filter(|entry| is_offered(entry)).find_map(|entry| match entry {
        Entry::Section { name: section, entries, .. } => {
            elsewhere(name, entries).map(|path| format!("{section}.{path}"))
        }
        entry => (entry.name() == name).then(|| name.to_owned()),
    })
}
