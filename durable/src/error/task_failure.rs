//! Failures of workflow tasks, and advice about missing search attributes.

use std::fmt;

use temporalio_common::protos::temporal::api::enums::v1::WorkflowTaskFailedCause;

use crate::definition::declared_search_attributes;

/// The failure of a workflow's current task, which is retried.
///
/// The workflow makes no progress until the task succeeds, for example with corrected code or once a
/// missing search attribute exists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskFailure {
    /// The number of the current or next attempt, at least 2.
    pub attempt: u32,
    /// The cause as the server names it, such as `bad search attributes`.
    pub cause: String,
    /// The message of the failure.
    pub message: String,
    /// The search attribute that does not exist on the server, if that is the cause.
    pub missing_search_attribute: Option<String>,
    namespace: String,
}

impl TaskFailure {
    pub(crate) fn new(
        attempt: i32,
        cause: WorkflowTaskFailedCause,
        message: String,
        namespace: &str,
    ) -> Self {
        let cause = cause.as_str_name().trim_start_matches("WORKFLOW_TASK_FAILED_CAUSE_");
        Self {
            attempt: attempt.try_into().unwrap_or_default(),
            cause: cause.replace('_', " ").to_lowercase(),
            missing_search_attribute: unknown_search_attribute(&message).map(str::to_owned),
            message,
            namespace: namespace.to_owned(),
        }
    }
}

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempt, cause, message, .. } = self;
        write!(
            f,
            "its workflow task fails and is retried (attempt {attempt}, {cause}): {message}"
        )?;
        match &self.missing_search_attribute {
            Some(name) => write!(f, "; {}", how_to_create(name, &self.namespace)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TaskFailure {}

/// Returns the search attribute that a message of server 1.32.0 reports as unknown.
pub(crate) fn unknown_search_attribute(message: &str) -> Option<&str> {
    let (_, name) = message.split_once("has no mapping defined for search attribute ")?;
    let end = name.find([';', ',', '\n']).unwrap_or(name.len());
    Some(name[..end].trim_end_matches('.').trim()).filter(|name| !name.is_empty())
}

/// Returns the advice for creating a search attribute.
pub(crate) fn how_to_create(name: &str, namespace: &str) -> String {
    let declared = declared_search_attributes().unwrap_or_default();
    let declared = declared.into_iter().find(|entry| entry.name == name);
    let kind = declared.map_or_else(|| "Keyword".to_owned(), |entry| entry.kind.to_string());
    let command = format!(
        "create it with `temporal operator search-attribute create --namespace {namespace} --name \
         {name} --type {kind}`"
    );
    match declared {
        Some(_) => command,
        None => format!(
            "{command}, with its own type; dev servers and test environments create the search attributes \
             that a program declares with `search_attributes!`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_search_attribute_is_named_with_what_to_do() {
        let message =
            "BadSearchAttributes: Namespace shop has no mapping defined for search attribute Tier";
        let cause = WorkflowTaskFailedCause::BadSearchAttributes;
        let failure = TaskFailure::new(3, cause, message.to_owned(), "shop");
        assert_eq!(failure.missing_search_attribute.as_deref(), Some("Tier"));
        let text = failure.to_string();
        assert!(
            text.contains("(attempt 3, bad search attributes): BadSearchAttributes:"),
            "{text}"
        );
        assert!(text.contains("create --namespace shop --name Tier --type"), "{text}");

        let cause = WorkflowTaskFailedCause::NonDeterministicError;
        let failure = TaskFailure::new(2, cause, "it differs".to_owned(), "shop");
        assert_eq!(
            failure.to_string(),
            "its workflow task fails and is retried (attempt 2, non deterministic error): it differs"
        );
    }
}
