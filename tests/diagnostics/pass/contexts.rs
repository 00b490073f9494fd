//! Contexts taken, and left out, everywhere.

use durable::prelude::*;

#[workflow(queue = "contexts")]
#[derive(Default)]
struct Taken {
    seen: u32,
}

#[workflow_methods]
impl Taken {
    #[init]
    fn new(ctx: &WorkflowContextView) -> Self {
        let _ = ctx.workflow_id();
        Self::default()
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, input: String) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(input)
    }

    #[signal]
    fn plain(&mut self, ctx: &mut SyncWorkflowContext<Self>, by: u32) {
        let _ = ctx.now();
        self.seen += by;
    }

    #[signal]
    async fn asynchronous(ctx: &mut durable::workflow::WorkflowContext<Self>, by: u32) {
        ctx.state_mut(|state| state.seen += by);
    }

    #[query]
    fn seen(&self, ctx: &WorkflowContextView) -> u32 {
        let _ = ctx.workflow_id();
        self.seen
    }

    #[update]
    fn add(&mut self, ctx: &SyncWorkflowContext<Self>, by: u32) -> u32 {
        let _ = ctx.now();
        self.seen += by;
        self.seen
    }

    #[update_validator(add)]
    fn check(&self, ctx: &WorkflowContextView, by: &u32) -> Result<(), ActivityError> {
        let _ = ctx.workflow_id();
        if *by == 0 { Err(std::fmt::Error.into()) } else { Ok(()) }
    }

    #[update]
    async fn wait(ctx: &WorkflowContext<Self>) -> Result<u32, ActivityError> {
        Ok(ctx.state(|state| state.seen))
    }
}

#[workflow(queue = "contexts")]
#[derive(Default)]
struct LeftOut {
    seen: u32,
}

#[workflow_methods]
impl LeftOut {
    #[run]
    async fn run() -> WorkflowResult<u32> {
        Ok(1)
    }

    #[signal]
    async fn asynchronous() {}

    #[update]
    async fn wait() -> u32 {
        2
    }

    #[query]
    fn seen(&self) -> u32 {
        self.seen
    }

    #[update]
    fn add(&mut self, by: u32) -> u32 {
        self.seen += by;
        self.seen
    }

    #[update_validator(add)]
    fn check(&self, _: &u32) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[activity(queue = "contexts")]
async fn with_context(ctx: ActivityContext, input: String) -> Result<String, ActivityError> {
    Ok(format!("{input} {}", ctx.info().attempt))
}

#[activity(queue = "contexts")]
fn blocking_with_context(ctx: ActivityContext) -> u32 {
    ctx.info().attempt
}

#[test]
fn contexts_are_no_inputs() {
    let taken = super::workflow("contexts", "Taken");
    assert_eq!(super::written(taken.parameters), ["input: String"]);
    assert_eq!(super::written(taken.signals[0].parameters), ["by: u32"]);
    assert!(super::workflow("contexts", "LeftOut").parameters.is_empty());
    assert!(super::activity("contexts", "blocking_with_context").parameters.is_empty());
}
