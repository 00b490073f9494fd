//! A deprecated item warns its callers, and not its own definition. Warnings are errors here.

#![deny(warnings)]

use durable::prelude::*;

/// It was replaced.
#[activity(queue = "deprecated")]
#[deprecated(note = "call `charge`")]
async fn pay(amount: u32) -> Result<u32, ActivityError> {
    Ok(amount)
}

#[activity(queue = "deprecated")]
#[deprecated]
fn blocking(ctx: ActivityContext) -> u32 {
    ctx.info().attempt
}

#[workflow(queue = "deprecated", id = "old")]
#[deprecated]
#[derive(Debug, Default)]
struct Old;

#[workflow_methods]
#[expect(deprecated, reason = "the workflow is, which its own impl block names")]
impl Old {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }
}

#[workflow(queue = "deprecated")]
#[derive(Debug, Default)]
struct Current {
    amount: u32,
}

#[workflow_methods]
impl Current {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        #[expect(deprecated, reason = "a caller is warned")]
        let paid = pay::execute(ctx, 1).await?;
        Ok(paid)
    }

    #[signal]
    #[deprecated]
    fn set(&mut self, amount: u32) {
        self.amount = amount;
    }

    #[query]
    #[deprecated]
    fn amount(&self) -> u32 {
        self.amount
    }

    #[update]
    #[deprecated]
    async fn wait(_ctx: &mut WorkflowContext<Self>) -> u32 {
        1
    }

    #[update]
    #[deprecated]
    fn add(&mut self, by: u32) -> u32 {
        self.amount += by;
        self.amount
    }

    #[update_validator(add)]
    #[deprecated]
    fn check(&self, by: &u32) -> Result<(), String> {
        if *by == 0 { Err("nothing changes".to_owned()) } else { Ok(()) }
    }
}

/// Each `expect` is a warning that a caller gets; it is compiled only.
#[expect(dead_code, reason = "there is no server here")]
async fn callers(handle: CurrentHandle) -> durable::Result<()> {
    #[expect(deprecated, reason = "a caller is warned")]
    handle.set(1).await?;
    #[expect(deprecated, reason = "a caller is warned")]
    let _: u32 = handle.amount().await?;
    #[expect(deprecated, reason = "a caller is warned")]
    let _: u32 = handle.wait().await?;
    #[expect(deprecated, reason = "a caller is warned")]
    let _: u32 = handle.add(1).await?;
    Ok(())
}

#[test]
fn they_are_registered() {
    assert_eq!(super::activity("deprecated", "pay").output, "u32");
    assert_eq!(super::workflow("deprecated", "Current").signals.len(), 1);
    assert_eq!(super::workflow("deprecated", "Old").output, "()");
}
