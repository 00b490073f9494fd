//! The fields of a body, read one after the other. An unknown field is a problem, because it may be a typing
//! mistake. Problems name fields and have no values.

use std::time::Duration;

use serde_json::{Map, Value};

use super::text::{DURATION, checked_id, duration};
use crate::web::Problem;
use crate::web::kind as common;

/// The fields of a body that are not read yet.
#[derive(Default)]
pub(super) struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self { left: fields, known: Vec::new() }
    }

    /// Returns all fields as JSON.
    pub(super) fn whole(&self) -> Value {
        Value::Object(self.left.clone())
    }

    /// Removes a field. `null` is the same as no field.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Returns the inputs, one for each parameter.
    pub(super) fn inputs(&mut self) -> Result<Vec<Value>, Problem> {
        match self.take("inputs") {
            None => Ok(Vec::new()),
            Some(Value::Array(inputs)) => Ok(inputs),
            Some(_) => Err(invalid("inputs", "must be an array with one value for each parameter")),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(name, "must be a text")),
        }
    }

    pub(super) fn id(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let id = self.text(name)?;
        if let Some(id) = &id {
            checked_id(id).map_err(|problem| invalid(name, problem))?;
        }
        Ok(id)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Problem> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(invalid(name, "must be true or false")),
        }
    }

    pub(super) fn duration(&mut self, name: &'static str) -> Result<Option<Duration>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        duration(&text).map(Some).ok_or_else(|| invalid(name, DURATION))
    }

    pub(super) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Problem> {
        let Some(value) = self.take(name) else { return Ok(Vec::new()) };
        let Value::Array(values) = value else { return Err(invalid(name, "must be an array")) };
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(invalid(name, "must be an array of texts")),
        };
        values.into_iter().map(text).collect()
    }

    pub(super) fn durations(&mut self, name: &'static str) -> Result<Vec<Duration>, Problem> {
        let texts = self.texts(name)?.into_iter();
        texts.map(|text| duration(&text).ok_or_else(|| invalid(name, DURATION))).collect()
    }

    /// Ends the reading.
    pub(super) fn end(self) -> Result<(), Problem> {
        if self.left.is_empty() {
            return Ok(());
        }
        let known = self.known.join("`, `");
        let detail = format!("the body has an unknown field; it may have `{known}`");
        Err(Problem::of(common::INVALID_INPUT, detail))
    }
}

/// Returns the problem of a field of the body.
pub(super) fn invalid(name: &str, problem: &str) -> Problem {
    let detail = format!("the field `{name}` {problem}");
    Problem::of(common::INVALID_INPUT, detail).with("path", name.to_owned())
}
