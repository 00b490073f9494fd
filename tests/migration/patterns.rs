//! The patterns of Temporal's samples: choice, cancellation, new runs with state, children, errors, local activities.

use durable::prelude::*;
use durable::workflow::{ContinueAsNewOptions, ParentClosePolicy, join};
use tracing::info;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Fruit {
    Apple,
    Banana,
}

#[activity(queue = "patterns", start_to_close_timeout = "5s")]
pub async fn order_apples(amount: u32) -> String {
    format!("ordered {amount} apples")
}

#[activity(queue = "patterns", start_to_close_timeout = "5s")]
pub async fn order_bananas(amount: u32) -> String {
    format!("ordered {amount} bananas")
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct PurchaseFruitsWorkflow;

#[workflow_methods]
impl PurchaseFruitsWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        shopping_list: Vec<(Fruit, u32)>,
    ) -> WorkflowResult<Vec<String>> {
        let mut ordered = Vec::new();
        for (fruit, amount) in shopping_list {
            ordered.push(match fruit {
                Fruit::Apple => order_apples::execute(ctx, amount).await?,
                Fruit::Banana => order_bananas::execute(ctx, amount).await?,
            });
        }
        Ok(ordered)
    }
}

#[activity(queue = "patterns", start_to_close_timeout = "5s")]
pub async fn say_hello(name: String) -> String {
    format!("Hello, {name}!")
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct SayHelloWorkflow;

#[workflow_methods]
impl SayHelloWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<[String; 3]> {
        let (first, second, third) = join!(
            say_hello::execute(ctx, "user1".to_owned()),
            say_hello::execute(ctx, "user2".to_owned()),
            say_hello::execute(ctx, "user3".to_owned()),
        );
        Ok([first?, second?, third?])
    }
}

#[activity(queue = "patterns", start_to_close_timeout = "1000s", heartbeat_timeout = "2s")]
pub async fn never_complete(ctx: ActivityContext) -> Result<(), ActivityError> {
    loop {
        // Without heartbeats the server can't tell of a cancellation.
        ctx.heartbeat(&()).await?;
        tokio::select! {
            reason = ctx.stopped() => return Err(reason.into()),
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
    }
}

#[activity(queue = "patterns", start_to_close_timeout = "5s")]
pub async fn cleanup() {
    info!("cleaning up");
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct CancellationWorkflow;

#[workflow_methods]
impl CancellationWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let outcome = never_complete::execute(ctx).await;
        // A detached context isn't cancelled with the workflow, so the clean-up is always executed.
        cleanup::execute(&ctx.detached()).await?;
        Ok(outcome?)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub iteration: u32,
    pub processed_items: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LongRunningInput {
    #[serde(default)]
    pub state: Progress,
    pub max_iterations: u32,
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct LongRunningWorkflow {
    done: Progress,
}

#[workflow_methods]
impl LongRunningWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        input: LongRunningInput,
    ) -> WorkflowResult<Progress> {
        ctx.state_mut(|state| state.done = input.state);
        let mut of_this_run = 0;
        while ctx.state(|state| state.done.iteration) < input.max_iterations {
            ctx.sleep(Duration::from_millis(100)).await?;
            ctx.state_mut(|state| {
                state.done.iteration += 1;
                state.done.processed_items += 10;
            });
            of_this_run += 1;
            // The server suggests it after some thousands of events. These runs are shorter.
            if ctx.continue_as_new_suggested() || of_this_run == 4 {
                ctx.handlers_finished().await?;
                let state = ctx.state(|state| state.done.clone());
                let next = LongRunningInput { state, ..input };
                match ctx.continue_as_new(next, ContinueAsNewOptions::default())? {}
            }
        }
        Ok(ctx.state(|state| state.done.clone()))
    }
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct ComposeGreetingWorkflow;

#[workflow_methods]
impl ComposeGreetingWorkflow {
    #[run]
    async fn run(greeting: String, name: String) -> WorkflowResult<String> {
        Ok(format!("{greeting}, {name}!"))
    }
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct GreetingWorkflow;

#[workflow_methods]
impl GreetingWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        let greeting = ComposeGreetingWorkflow::execute_child(ctx, "Hello".to_owned(), name)
            .id("greeting-child-workflow-id")
            .parent_close_policy(ParentClosePolicy::Abandon)
            .await?;
        Ok(greeting)
    }
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct AdvancedParentWorkflow;

#[workflow_methods]
impl AdvancedParentWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        let child = ComposeGreetingWorkflow::start_child(ctx, "Hi".to_owned(), name)
            .id("advanced-child-workflow-id")
            .await?;
        info!("started child {}", child.id());
        // Signals of the child are methods of this handle.
        Ok(child.result().await?)
    }
}

#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("processing failed at line {line}")]
pub struct ProcessingError {
    pub line: u32,
}

#[activity(queue = "patterns", start_to_close_timeout = "10s", retry(maximum_attempts = 3))]
pub async fn process_data(data: String) -> Result<String, ProcessingError> {
    if data.is_empty() { Err(ProcessingError { line: 1 }) } else { Ok(format!("processed {data}")) }
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct ProcessDataWorkflow;

#[workflow_methods]
impl ProcessDataWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, data: String) -> WorkflowResult<String> {
        Ok(process_data::execute(ctx, data).await?)
    }
}

pub async fn execute_with_error_handling(client: &Client, data: &str) -> durable::Result<String> {
    match ProcessDataWorkflow::execute(client, data.to_owned()).await {
        Ok(processed) => Ok(processed),
        Err(error) => {
            // One line with every cause: the workflow, the activity, the error.
            tracing::error!("{error}");
            match error.downcast() {
                Some(ProcessingError { line }) => Ok(format!("mend line {line}")),
                None => Err(error),
            }
        }
    }
}

#[activity(queue = "patterns", start_to_close_timeout = "10s")]
pub async fn compose_greeting(greeting: String, name: String) -> String {
    format!("{greeting}, {name}!")
}

#[activity(queue = "patterns", start_to_close_timeout = "5s")]
pub async fn validate_input(data: String) -> bool {
    !data.trim().is_empty()
}

#[workflow(queue = "patterns")]
#[derive(Default)]
pub struct LocalActivityWorkflow;

#[workflow_methods]
impl LocalActivityWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        let greeting = compose_greeting::execute_local(ctx, "Hello".to_owned(), name).await?;
        let is_valid = validate_input::execute_local(ctx, greeting.clone()).await?;
        Ok(if is_valid { greeting } else { "invalid result".to_owned() })
    }
}
