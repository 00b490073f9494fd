//! A library with a workflow on one queue and an activity on another. Nothing here is ever called by
//! name from the binaries that serve it.

use durable::prelude::*;

/// The input of the greeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Greeting {
    /// The name of the greeted person.
    pub name: String,
}

/// Greets by an activity on another queue.
#[workflow(queue = "library-flows", id = "greet-{name}")]
#[derive(Debug, Default)]
pub struct GreetWorkflow;

#[workflow_methods]
impl GreetWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, input: Greeting) -> WorkflowResult<String> {
        Ok(compose_greeting::execute(ctx, input.name).await?)
    }
}

/// Composes a greeting.
///
/// # Errors
/// None.
#[activity(queue = "library-activities")]
pub async fn compose_greeting(name: String) -> Result<String, ActivityError> {
    Ok(format!("Hello, {name}!"))
}
