//! Building list queries: clauses and the quoting of values.

use std::ops::{Bound, RangeBounds};
use std::time::SystemTime;

use serde_json::Value;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue, Timestamp};

use super::filter;
use crate::error::{Error, Result};

/// A conjunction of clauses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    clauses: Vec<String>,
    /// The reason why the server would misunderstand the query.
    problem: Option<String>,
}

impl Query {
    /// Requires that the attribute has this value.
    pub(crate) fn equals(&mut self, name: &str, value: &str) {
        let value = self.literal(value);
        self.clauses.push(format!("{} = {value}", identifier(name)));
    }

    /// Requires that the attribute has one of these values. Without values nothing is added.
    pub(crate) fn one_of(&mut self, name: &str, values: &[String]) {
        match values {
            [] => {}
            [value] => self.equals(name, value),
            _ => {
                let values: Vec<_> = values.iter().map(|value| self.literal(value)).collect();
                self.clauses.push(format!("{} IN ({})", identifier(name), values.join(", ")));
            }
        }
    }

    /// Requires that the attribute starts with this text.
    pub(crate) fn starts_with(&mut self, name: &str, prefix: &str) {
        let prefix = self.literal(prefix);
        self.clauses.push(format!("{} STARTS_WITH {prefix}", identifier(name)));
    }

    /// Requires that the attribute is this boolean.
    pub(crate) fn is(&mut self, name: &str, value: bool) {
        self.clauses.push(format!("{} = {value}", identifier(name)));
    }

    /// Requires that the time is within the range.
    pub(crate) fn during(&mut self, name: &str, range: &impl RangeBounds<SystemTime>) {
        self.within(name, range, |_, time| quoted(&Timestamp::from(*time).to_string()));
    }

    /// Requires that the search attribute has this value, or all values of this list.
    pub(crate) fn attribute<T: SearchAttributeValue>(
        &mut self,
        key: &SearchAttributeKey<T>,
        value: &T,
    ) {
        for value in self.values(key, value) {
            self.clauses.push(format!("{} = {value}", identifier(key.name())));
        }
    }

    /// Requires that the search attribute's value is within the range.
    pub(crate) fn attribute_within<T: SearchAttributeValue>(
        &mut self,
        key: &SearchAttributeKey<T>,
        range: &impl RangeBounds<T>,
    ) {
        self.within(key.name(), range, |query, value| query.values(key, value).join(", "));
    }

    /// Adds a clause that the caller has written.
    pub(crate) fn raw(&mut self, query: &str) {
        if let Err(problem) = filter::check(query) {
            self.problem = Some(problem);
        }
        self.clauses.push(format!("({query})"));
    }

    fn within<T>(
        &mut self,
        name: &str,
        range: &impl RangeBounds<T>,
        literal: impl Fn(&mut Self, &T) -> String,
    ) {
        let bounds = [(range.start_bound(), [">=", ">"]), (range.end_bound(), ["<=", "<"])];
        for (bound, [included, excluded]) in bounds {
            let (operator, value) = match bound {
                Bound::Included(value) => (included, value),
                Bound::Excluded(value) => (excluded, value),
                Bound::Unbounded => continue,
            };
            let value = literal(self, value);
            self.clauses.push(format!("{} {operator} {value}", identifier(name)));
        }
    }

    /// Returns the literals of a value: several for a list, otherwise one.
    fn values<T: SearchAttributeValue>(
        &mut self,
        key: &SearchAttributeKey<T>,
        value: &T,
    ) -> Vec<String> {
        let name = key.name();
        let payload = value.to_search_attribute_payload(key.indexed_value_type());
        let json = payload.map_err(|error| error.to_string()).and_then(|payload| {
            serde_json::from_slice(&payload.data).map_err(|error| error.to_string())
        });
        match json {
            Ok(Value::Array(values)) if values.is_empty() => {
                self.problem = Some(format!("`{name}`: an empty list would match everything"));
                Vec::new()
            }
            Ok(Value::Array(values)) => values.iter().map(|value| self.scalar(value)).collect(),
            Ok(value) => vec![self.scalar(&value)],
            Err(error) => {
                self.problem = Some(format!("`{name}`: {error}"));
                Vec::new()
            }
        }
    }

    fn scalar(&mut self, value: &Value) -> String {
        match value {
            Value::String(text) => self.literal(text),
            other => other.to_string(),
        }
    }

    fn literal(&mut self, text: &str) -> String {
        if text.starts_with('\'') || text.ends_with('\'') {
            self.problem = Some(QUOTE_AT_AN_END.to_owned());
        }
        quoted(text)
    }

    /// Returns the query's text, or an error if the server would misunderstand it.
    pub(crate) fn checked(&self) -> Result<String> {
        match &self.problem {
            None => Ok(self.text()),
            Some(problem) => {
                Err(Error::InvalidQuery { query: self.text(), cause: problem.as_str().into() })
            }
        }
    }

    /// Returns these clauses followed by those of `other`.
    pub(crate) fn and(mut self, more: &Self) -> Self {
        self.clauses.extend(more.clauses.iter().cloned());
        self.problem = self.problem.or_else(|| more.problem.clone());
        self
    }

    pub(crate) fn text(&self) -> String {
        self.clauses.join(" AND ")
    }
}

/// The server (as of 1.32) strips quotes at both ends of a value, so a prefix of only `'` would
/// match everything.
const QUOTE_AT_AN_END: &str = "a value begins or ends with a single quote, which Temporal servers \
                               strip; search by something else";

/// Returns a text as a literal, with quotes and backslashes escaped.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Returns a name for a query, quoted unless it is a single word.
fn identifier(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word) {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn escapes_quotes_in_values() {
        let mut query = Query::default();
        query.equals("WorkflowId", r"x' OR '1' = '1");
        assert_eq!(query.problem, None);
        query.starts_with("WorkflowId", r"\");
        assert_eq!(
            query.text(),
            r"WorkflowId = 'x\' OR \'1\' = \'1' AND WorkflowId STARTS_WITH '\\'"
        );
    }

    #[test]
    fn refuses_quotes_at_the_ends_of_values() {
        for text in ["'", "'a", "a'"] {
            let mut query = Query::default();
            query.starts_with("WorkflowId", text);
            let problem = Query::default().and(&query).problem;
            assert_eq!(problem.as_deref(), Some(QUOTE_AT_AN_END), "{text}");
        }
    }

    #[test]
    fn refuses_empty_lists_and_infinite_bounds() {
        let mut query = Query::default();
        query.attribute(&SearchAttributeKey::keyword_list("Tags"), &Vec::new());
        let problem = query.checked().unwrap_err();
        assert!(format!("{problem:?}").contains("`Tags`: an empty list"), "{problem:?}");
        let mut query = Query::default();
        query.attribute_within(&SearchAttributeKey::float("Amount"), &(f64::NAN..));
        let problem = query.checked().unwrap_err();
        assert!(format!("{problem:?}").contains("`Amount`:"), "{problem:?}");
    }

    #[test]
    fn quotes_names_that_are_no_single_word() {
        assert_eq!(identifier("CustomerTier"), "CustomerTier");
        assert_eq!(identifier("Customer Tier"), "`Customer Tier`");
        assert_eq!(identifier("a`b"), "`a``b`");
    }

    #[test]
    fn writes_values_by_their_type() {
        let mut query = Query::default();
        query.attribute(&SearchAttributeKey::float("Amount"), &12.5);
        query.attribute(&SearchAttributeKey::int("Pieces"), &3);
        query.attribute(&SearchAttributeKey::bool("Paid"), &true);
        query.attribute(
            &SearchAttributeKey::keyword_list("Tags"),
            &vec!["a".to_owned(), "it's".to_owned()],
        );
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        query.attribute(&SearchAttributeKey::datetime("Due"), &time.into());
        assert_eq!(
            query.text(),
            r"Amount = 12.5 AND Pieces = 3 AND Paid = true AND Tags = 'a' AND Tags = 'it\'s' AND Due = '1970-01-01T00:00:01.000000000Z'"
        );
    }

    #[test]
    fn writes_bounds_of_ranges() {
        let amount = SearchAttributeKey::float("Amount");
        let text = |range: (Bound<f64>, Bound<f64>)| {
            let mut query = Query::default();
            query.attribute_within(&amount, &range);
            query.text()
        };
        assert_eq!(
            text((Bound::Included(1.0), Bound::Excluded(2.0))),
            "Amount >= 1.0 AND Amount < 2.0"
        );
        assert_eq!(text((Bound::Excluded(1.0), Bound::Unbounded)), "Amount > 1.0");
        assert_eq!(text((Bound::Unbounded, Bound::Included(2.0))), "Amount <= 2.0");
        assert_eq!(text((Bound::Unbounded, Bound::Unbounded)), "");
    }

    #[test]
    fn writes_several_values_as_a_list() {
        let mut query = Query::default();
        query.one_of("WorkflowId", &[]);
        query.one_of("WorkflowId", &["a".to_owned()]);
        query.one_of("WorkflowId", &["a".to_owned(), "b".to_owned()]);
        query.raw("Amount > 3 OR Amount < 1");
        assert_eq!(
            query.text(),
            "WorkflowId = 'a' AND WorkflowId IN ('a', 'b') AND (Amount > 3 OR Amount < 1)"
        );
    }
}
