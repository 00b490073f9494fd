//! Why a workflow's task does not come to its end, and what to do about a missing search attribute.

use std::fmt;

use temporalio_common::protos::temporal::api::enums::v1::WorkflowTaskFailedCause;

use crate::definition::declared_search_attributes;

/// The failure of a workflow's current task, which the server has a worker try again.
///
/// The workflow does not go on until the task succeeds: with corrected code, or on a server that has
/// what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskFailure {
    /// The number of the attempt that runs or comes next, from 2 on.
    pub attempt: u32,
    /// The cause in the server's words, such as `bad search attributes`.
    pub cause: String,
    /// The message of the failure.
    pub message: String,
    /// The search attribute that the server does not know, where that is the cause.
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
            "its workflow task fails and is tried again (attempt {attempt}, {cause}): {message}"
        )?;
        match &self.missing_search_attribute {
            Some(name) => write!(f, "; {}", how_to_create(name, &self.namespace)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TaskFailure {}

/// Returns the search attribute that the server says it does not know, in the words of release 1.32.
pub(crate) fn unknown_search_attribute(message: &str) -> Option<&str> {
    let (_, name) = message.split_once("has no mapping defined for search attribute ")?;
    let end = name.find([';', ',', '\n']).unwrap_or(name.len());
    Some(name[..end].trim_end_matches('.').trim()).filter(|name| !name.is_empty())
}

/// Says how a search attribute comes to a server.
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
            "{command}, with the type it has; what a program declares with `search_attributes!` exists \
             on dev servers and in tests"
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
            "its workflow task fails and is tried again (attempt 2, non deterministic error): it differs"
        );
    }
}
