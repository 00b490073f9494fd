//! The configuration file: YAML, read with the entries of the keys.

use std::collections::BTreeMap;
use std::path::Path;

use super::entry::Entry;
use super::error::ConfigProblem;
use super::keys::entries as all_keys;
use super::kind::Kind;
use super::mistake::ConfigMistake;
use super::names;
use super::substitution::{Substituted, Unreplaced, substitute};
use super::value::{Found, KeyPath, ROOT, Value, ValueSource, Values, dotted};
use super::yaml::{self, Content, Name, Node};

/// Reads a file's text. Whatever is wrong with it goes to `problems`, and the rest is read all the same.
/// `missing` gets the index of each problem that is a variable that isn't set, and the path of its key.
pub(super) fn read(
    path: &Path,
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<ConfigProblem>,
    missing: &mut Vec<(usize, KeyPath)>,
) -> Values {
    let mut reading = Reading { path, variable, problems, missing, values: Values::default() };
    match yaml::parse(text) {
        Ok(None) => {}
        Ok(Some(root)) => reading.root(&root),
        Err(malformed) => {
            let mistake = ConfigMistake::InvalidYaml { problem: malformed.problem };
            reading.problem(malformed.line, &[], mistake);
        }
    }
    reading.values
}

struct Reading<'a> {
    path: &'a Path,
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: &'a mut Vec<ConfigProblem>,
    missing: &'a mut Vec<(usize, KeyPath)>,
    values: Values,
}

impl Reading<'_> {
    fn root(&mut self, root: &Node) {
        let Content::Map(entries) = &root.content else {
            let (expected, got) = ("the section `temporal:`", root.description());
            return self.problem(root.line, &[], ConfigMistake::ExpectedSection { expected, got });
        };
        self.refuse_repeats(&[], entries);
        for (name, node) in entries {
            if name.text == ROOT {
                self.section(&[ROOT.to_owned()], node, |reading, path, name, node| {
                    reading.entry(all_keys(), path, name, node);
                });
            } else {
                let path = [name.text.clone()];
                let nearest = names::nearest(&name.text, [ROOT]);
                self.problem(name.line, &path, ConfigMistake::UnknownSection { nearest });
            }
        }
    }

    /// Reads the entries of a section. An empty section sets nothing.
    fn section(
        &mut self,
        path: &[String],
        node: &Node,
        mut read: impl FnMut(&mut Self, &[String], &Name, &Node),
    ) {
        if node.is_empty() {
            return;
        }
        let Content::Map(entries) = &node.content else {
            let (expected, got) = ("a section with keys", node.description());
            return self.problem(node.line, path, ConfigMistake::ExpectedSection { expected, got });
        };
        self.refuse_repeats(path, entries);
        for (name, node) in entries {
            let mut path = path.to_vec();
            path.push(name.text.clone());
            read(self, &path, name, node);
        }
    }

    fn entry(&mut self, entries: &'static [Entry], path: &[String], name: &Name, node: &Node) {
        match entries.iter().find(|entry| entry.name() == name.text) {
            Some(Entry::Key { kind, .. } | Entry::Alias { kind, .. }) => {
                self.value(path, *kind, name.line, node);
            }
            Some(Entry::Section { entries, .. }) => {
                self.section(path, node, |reading, path, name, node| {
                    reading.entry(entries, path, name, node);
                });
            }
            Some(Entry::Named { entries, shorthand, .. }) => {
                self.section(path, node, |reading, path, name, node| {
                    if let (Some(key), Content::Scalar { .. }) = (shorthand, &node.content) {
                        let path: Vec<_> =
                            path.iter().cloned().chain([(*key).to_owned()]).collect();
                        let key = Name { text: (*key).to_owned(), line: name.line };
                        return reading.entry(entries, &path, &key, node);
                    }
                    reading.section(path, node, |reading, path, name, node| {
                        reading.entry(entries, path, name, node);
                    });
                });
            }
            Some(Entry::Values { kind, .. }) => {
                self.section(path, node, |reading, path, name, node| {
                    reading.value(path, *kind, name.line, node);
                });
            }
            Some(Entry::Refused { reason, .. }) => {
                self.problem(name.line, path, ConfigMistake::UnsupportedKey { reason });
            }
            None => {
                self.problem(name.line, path, names::unknown(&name.text, entries, all_keys()));
            }
        }
    }

    /// Reads a value. Messages name the line of its key, because a block begins below it.
    fn value(&mut self, path: &[String], kind: Kind, line: usize, node: &Node) {
        if node.is_empty() {
            return;
        }
        let expected = kind.expectation();
        let wrong = |got: String| ConfigMistake::WrongType { expected, got: Some(got) };
        let (value, variables) = match (&node.content, kind) {
            (Content::Scalar { text, is_plain }, kind) if kind != Kind::Texts => {
                let Some(substituted) = self.substituted(path, line, text) else { return };
                let Substituted { text, is_made, variables } = substituted;
                if text.is_empty() {
                    return;
                }
                if !is_plain && !is_made && !is_text(kind) {
                    let got = quoted(kind, &text);
                    return self.problem(line, path, ConfigMistake::QuotedValue { expected, got });
                }
                match Value::parse(kind, &text, self.path.parent()) {
                    Ok(value) => (value, variables),
                    Err(_) if variables.is_empty() => {
                        return self.problem(line, path, wrong(quoted(kind, &text)));
                    }
                    // The content of a variable may be a secret in the wrong place.
                    Err(_) => {
                        let got = format!("another value from {}", variables.join(", "));
                        return self.problem(line, path, wrong(got));
                    }
                }
            }
            (Content::List(items), Kind::Texts) => {
                let Some(texts) = self.texts(path, items) else { return };
                texts
            }
            _ => return self.problem(line, path, wrong(node.description().to_owned())),
        };
        let source = ValueSource::File { path: self.path.to_owned(), line, variables };
        self.values.insert(path[1..].to_vec(), Found { value, kind, source });
    }

    fn texts(&mut self, path: &[String], items: &[Node]) -> Option<(Value, Vec<String>)> {
        let (mut texts, mut variables) = (Vec::new(), Vec::new());
        for item in items {
            let Content::Scalar { text, .. } = &item.content else {
                let got = Some(format!("{} in it", item.description()));
                let mistake = ConfigMistake::WrongType { expected: "a list of texts", got };
                self.problem(item.line, path, mistake);
                return None;
            };
            let substituted = self.substituted(path, item.line, text)?;
            texts.push(substituted.text);
            variables.extend(substituted.variables);
        }
        Some((Value::Texts(texts), variables))
    }

    fn substituted(&mut self, path: &[String], line: usize, text: &str) -> Option<Substituted> {
        match substitute(text, self.variable) {
            Ok(substituted) => Some(substituted),
            Err(problems) => {
                for Unreplaced { problem, is_missing } in problems {
                    if is_missing {
                        self.missing.push((self.problems.len(), path[1..].to_vec()));
                        self.problem(line, path, ConfigMistake::MissingVariable { problem });
                    } else {
                        self.problem(line, path, ConfigMistake::InvalidSubstitution { problem });
                    }
                }
                None
            }
        }
    }

    /// Refuses repeated keys. YAML would use the last one.
    fn refuse_repeats(&mut self, path: &[String], entries: &[(Name, Node)]) {
        let mut lines = BTreeMap::new();
        for (name, _) in entries {
            if let Some(first_line) = lines.insert(&name.text, name.line) {
                let mut path = path.to_vec();
                path.push(name.text.clone());
                self.problem(name.line, &path, ConfigMistake::DuplicateKey { first_line });
            }
        }
    }

    fn problem(&mut self, line: usize, path: &[String], mistake: ConfigMistake) {
        let source = ValueSource::File { path: self.path.to_owned(), line, variables: Vec::new() };
        self.problems.push(ConfigProblem::of_key(source, &dotted(path), mistake));
    }
}

fn is_text(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text | Kind::Secret | Kind::Pem | Kind::Path | Kind::SearchAttribute | Kind::OneOf(_)
    )
}

fn quoted(kind: Kind, text: &str) -> String {
    if kind == Kind::Secret { "another value".to_owned() } else { format!("`{text}`") }
}
