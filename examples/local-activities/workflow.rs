//! Short steps that run in the workflow's own worker, before one that is worth a task of its own.

use durable::prelude::*;

/// Short and quick: as a local activity it costs no round trip to the server. If the worker dies
/// before the workflow task has ended, it runs again.
#[activity(queue = "local-activities", start_to_close_timeout = "1s")]
pub async fn normalise(name: String) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
pub enum NameError {
    #[error("a name has letters, and `{0}` has none")]
    #[failure(non_retryable)]
    NoLetters(String),
}

/// A local activity fails and is retried like any other.
#[activity(queue = "local-activities", start_to_close_timeout = "1s")]
pub async fn check(name: String) -> Result<(), NameError> {
    if name.chars().any(char::is_alphabetic) { Ok(()) } else { Err(NameError::NoLetters(name)) }
}

/// Calls another system, which may take a while: it gets a task, a queue and a retry of its own.
#[activity(queue = "local-activities", start_to_close_timeout = "30s")]
pub async fn greet(name: String) -> String {
    format!("Hello, {name}!")
}

#[workflow(queue = "local-activities")]
#[derive(Default)]
pub struct Greeting;

#[workflow_methods]
impl Greeting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        let name = normalise::execute_local(ctx, name).await?;
        check::execute_local(ctx, name.clone()).await?;
        Ok(greet::execute(ctx, name).await?)
    }
}
