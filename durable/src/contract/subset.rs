//! The comparison of two JSON Schemas: can a reader with one read everything that a writer with the other writes?
//!
//! The rules are those of Serde: a reader ignores unknown fields unless it denies them, and a missing optional
//! field is `None` or the default. Validations that Serde doesn't make, such as lengths of strings, count too.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::shape::{
    aliases, all_shown, alternatives, find, fits, is_any, is_constant, is_null, is_required,
    is_string_within, is_variant, label, name, range, shown,
};

/// The named types of a contract.
type Types = BTreeMap<String, Value>;

/// A difference by which a reader can't read a value, or loses a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// The place within the value, such as `items[].price`; empty for the value itself.
    pub(super) path: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// The reader requires a field that the writer doesn't write.
    Missing,
    /// The reader requires a field that the writer leaves out sometimes.
    SometimesMissing,
    /// The reader refuses a field that it doesn't know.
    Refused,
    /// The reader ignores a field.
    Ignored,
    /// The reader has this other name for the field.
    Renamed(String),
    /// The reader doesn't know a variant or constant.
    Variant(String),
    /// The reader doesn't read null.
    Null,
    /// The reader reads another type or a smaller range.
    Type { written: String, read: String },
}

/// Returns everything that the reader can't read of what the writer writes.
pub(super) fn mismatches(
    (written, writer): (&Value, &Types),
    (read, reader): (&Value, &Types),
) -> Vec<Mismatch> {
    let mut comparison = Comparison { writer, reader, open: Vec::new(), found: Vec::new() };
    comparison.compare(written, read, "");
    comparison.found
}

struct Comparison<'a> {
    writer: &'a Types,
    reader: &'a Types,
    /// The pairs of named types that are being compared. A recursive type refers to itself.
    open: Vec<(String, String)>,
    found: Vec<Mismatch>,
}

impl Comparison<'_> {
    fn compare(&mut self, written: &Value, read: &Value, path: &str) {
        let pair = name(written).zip(name(read));
        let pair = pair.map(|(one, other)| (one.to_owned(), other.to_owned()));
        if pair.as_ref().is_some_and(|pair| self.open.contains(pair)) {
            return;
        }
        let is_named = pair.is_some();
        self.open.extend(pair);
        self.alternatives(written, read, path);
        if is_named {
            self.open.pop();
        }
    }

    fn alternatives(&mut self, written: &Value, read: &Value, path: &str) {
        let written = alternatives(written, self.writer);
        let read = alternatives(read, self.reader);
        if read.iter().any(is_any) {
            return;
        }
        for one in &written {
            self.alternative(one, &read, path);
        }
    }

    /// Compares one alternative of the writer with all of the reader.
    fn alternative(&mut self, written: &Value, read: &[Value], path: &str) {
        let mut best: Option<Vec<Mismatch>> = None;
        let label = label(written);
        for one in read {
            let found = self.attempt(written, one, path);
            if !found.iter().any(|it| it.kind != Kind::Ignored) {
                self.found.extend(found);
                return;
            }
            let is_other = is_constant(written)
                || is_null(written)
                || (is_variant(written) && is_variant(one));
            let is_only = read.len() == 1 && !is_other;
            let is_same = self::label(one) == label || is_only;
            if is_same && best.as_ref().is_none_or(|best| found.len() < best.len()) {
                best = Some(found);
            }
        }
        let kind = match best {
            Some(found) => return self.found.extend(found),
            None if is_null(written) => Kind::Null,
            None if is_variant(written) || is_constant(written) => Kind::Variant(label),
            None => Kind::Type { written: shown(written), read: all_shown(read) },
        };
        self.found.push(Mismatch { path: path.to_owned(), kind });
    }

    /// Compares without reporting.
    fn attempt(&mut self, written: &Value, read: &Value, path: &str) -> Vec<Mismatch> {
        let before = std::mem::take(&mut self.found);
        self.leaf(written, read, path);
        std::mem::replace(&mut self.found, before)
    }

    fn leaf(&mut self, written: &Value, read: &Value, path: &str) {
        let is_readable = match (written["type"].as_str(), read["type"].as_str()) {
            _ if is_any(written) => is_any(read),
            _ if read.get("const").is_some() => written.get("const") == read.get("const"),
            (Some("integer"), Some("number")) => true,
            (Some(written), Some(read)) if written != read => false,
            (Some("object"), _) => return self.object(written, read, path),
            (Some("array"), _) => return self.array(written, read, path),
            (Some("integer"), _) => fits(range(written), range(read)),
            (Some("string"), _) => is_string_within(written, read),
            _ => true,
        };
        if !is_readable {
            let kind = Kind::Type { written: shown(written), read: shown(read) };
            self.found.push(Mismatch { path: path.to_owned(), kind });
        }
    }

    fn object(&mut self, written: &Value, read: &Value, path: &str) {
        let fields = |of: &'_ Value| of["properties"].as_object().cloned().unwrap_or_default();
        let (written_fields, read_fields) = (fields(written), fields(read));
        let rest = read.get("additionalProperties").or_else(|| read.get("unevaluatedProperties"));
        let mut unread = Vec::new();
        for (field, of) in &written_fields {
            let place = join(path, field);
            match (find(&read_fields, field), rest) {
                (Some((_, reader)), _) => self.compare(of, reader, &place),
                (None, Some(Value::Bool(false))) => unread.push((field, Kind::Refused)),
                (None, Some(rest @ Value::Object(_))) => self.compare(of, rest, &place),
                (None, _) => unread.push((field, Kind::Ignored)),
            }
        }
        for (field, of) in &read_fields {
            let names = || std::iter::once(field.as_str()).chain(aliases(of));
            let is_written = names().any(|name| written_fields.contains_key(name));
            let is_always = names().any(|name| is_required(written, name));
            let new_name = if is_written {
                None
            } else {
                self.renamed(&unread, &written_fields, (field, of), read_fields.len())
            };
            let kind = match new_name {
                Some(place) => {
                    let (old, _) = unread.remove(place);
                    let kind = Kind::Renamed(field.clone());
                    self.found.push(Mismatch { path: join(path, old), kind });
                    continue;
                }
                None if !is_required(read, field) || is_always => continue,
                None if is_written => Kind::SometimesMissing,
                None => Kind::Missing,
            };
            self.found.push(Mismatch { path: join(path, field), kind });
        }
        for (field, kind) in unread {
            self.found.push(Mismatch { path: join(path, field), kind });
        }
        let open = |of: &Value| of.get("additionalProperties").filter(|it| it.is_object()).cloned();
        if let (Some(written), Some(read)) = (open(written), open(read)) {
            self.compare(&written, &read, &join(path, "*"));
        }
    }

    /// Returns the place of the field that the reader has under another name: of the same type, and with a
    /// similar name or without a competitor.
    fn renamed(
        &mut self,
        unread: &[(&String, Kind)],
        written: &Map<String, Value>,
        (field, of): (&String, &Value),
        fields: usize,
    ) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (place, (candidate, _)) in unread.iter().enumerate() {
            let found = self.attempt_all(&written[candidate.as_str()], of);
            let similarity = strsim::jaro_winkler(candidate, field);
            let is_alike = similarity > 0.7 || (unread.len() == 1 && written.len() == fields);
            if found.is_empty() && is_alike && best.is_none_or(|(_, best)| similarity > best) {
                best = Some((place, similarity));
            }
        }
        best.map(|(place, _)| place)
    }

    fn attempt_all(&mut self, written: &Value, read: &Value) -> Vec<Mismatch> {
        let mut other = Comparison {
            writer: self.writer,
            reader: self.reader,
            open: Vec::new(),
            found: Vec::new(),
        };
        other.compare(written, read, "");
        other.found
    }

    fn array(&mut self, written: &Value, read: &Value, path: &str) {
        let count = |of: &Value, key: &str, default: u64| of[key].as_u64().unwrap_or(default);
        let (fewest, most) = (count(written, "minItems", 0), count(written, "maxItems", u64::MAX));
        if count(read, "minItems", 0) > fewest || count(read, "maxItems", u64::MAX) < most {
            let kind = Kind::Type { written: shown(written), read: shown(read) };
            self.found.push(Mismatch { path: path.to_owned(), kind });
            return;
        }
        let any = Value::Bool(true);
        let item = |of: &Value, index: usize| {
            of["prefixItems"].get(index).or_else(|| of.get("items")).cloned()
        };
        let listed = |of: &Value| of["prefixItems"].as_array().map_or(0, Vec::len);
        for index in 0..listed(written).max(listed(read)) {
            let (one, other) = (item(written, index), item(read, index));
            let (one, other) =
                (one.unwrap_or_else(|| any.clone()), other.unwrap_or_else(|| any.clone()));
            self.compare(&one, &other, &format!("{path}[{index}]"));
        }
        if let (Some(one), Some(other)) = (written.get("items"), read.get("items")) {
            self.compare(one, other, &format!("{path}[]"));
        }
    }
}

/// Returns the path of a field.
pub(super) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}
