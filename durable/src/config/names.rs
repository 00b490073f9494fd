//! The nearest known name for one that is unknown.

use super::entry::Entry;
use super::error::ConfigProblem;
use super::mistake::ConfigMistake;
use super::section::{Chosen, Named};
use super::value::in_file;

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

/// Returns the mistake of an unknown key, with the nearest key, or its right place, or all keys.
pub(super) fn unknown(name: &str, entries: &[Entry], root: &[Entry]) -> ConfigMistake {
    let offered = entries.iter().filter(|entry| is_offered(entry)).map(Entry::name);
    let known: Vec<_> = offered.collect();
    let nearest = nearest(name, known.iter().copied()).map(str::to_owned);
    ConfigMistake::UnknownKey { nearest, elsewhere: elsewhere(name, root), known }
}

/// Returns the problems of the chosen names that the program doesn't have.
pub(super) fn not_in_program<S>(
    chosen: &Named<S>,
    kind: &'static str,
    known: &[&str],
) -> Vec<ConfigProblem> {
    let unknown = chosen.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    let problem = |(name, section): (&String, &Chosen<S>)| {
        let near = nearest(name, known.iter().copied()).map(str::to_owned);
        let mut known: Vec<_> = known.iter().map(|name| (*name).to_owned()).collect();
        known.sort_unstable();
        known.dedup();
        let key = format!("{}.{name}", in_file(chosen.path()));
        let mistake =
            ConfigMistake::NotInProgram { kind, name: name.clone(), nearest: near, known };
        ConfigProblem::of_key(section.source.clone(), &key, mistake)
    };
    unknown.map(problem).collect()
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
