//! Types, traits and parameters of the user's with the names that generated code might use.

use durable::prelude::{activity, workflow, workflow_methods};

#[derive(Debug, Default, Clone, durable_serde::Serialize, durable_serde::Deserialize)]
struct Option(u32);

#[derive(Debug, Default, Clone, durable_serde::Serialize, durable_serde::Deserialize)]
struct String(u32);

#[derive(Debug, Default, Clone, durable_serde::Serialize, durable_serde::Deserialize)]
struct Vec(u32);

/// Derives are written with these names, and expand to absolute paths.
mod durable_serde {
    pub(super) use serde::{Deserialize, Serialize};
}

#[expect(dead_code, reason = "their names are what matters")]
mod names {
    pub(super) struct Result;
    pub(super) struct Box;
    pub(super) struct Arc;
    pub(super) struct Duration;
    pub(super) struct Client;
    pub(super) struct Activity;
    pub(super) struct Workflow;
    pub(super) struct Some;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) trait Default {}
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait Send {}
    pub(super) trait Deref {}
    pub(super) trait Clone {}
    pub(super) trait Debug {}
}

#[expect(unused_imports, reason = "their names are what matters")]
use names::*;

#[activity(queue = "hygiene", start_to_close_timeout = "1s", retry(maximum_attempts = 1))]
async fn hold(ctx: String, option: Option) -> Vec {
    Vec(ctx.0 + option.0)
}

#[activity(queue = "hygiene")]
fn hold_blocking(input0: String, context: Option) -> Vec {
    Vec(input0.0 + context.0)
}

#[workflow(queue = "hygiene", id = "held-{0}")]
struct Held {
    option: Option,
}

#[workflow_methods]
impl Held {
    #[init]
    fn new() -> Self {
        Self { option: Option(0) }
    }

    #[run]
    async fn run(
        ctx: &mut durable::workflow::WorkflowContext<Self>,
        client: String,
    ) -> durable::workflow::WorkflowResult<Vec> {
        let held = hold::execute(ctx, client.clone(), Option(1)).await?;
        hold_blocking::execute(ctx, client, Option(held.0))
            .await
            .map_err(::std::convert::Into::into)
    }

    #[signal]
    fn set(&mut self, ctx: Option, handle: Vec) {
        self.option = Option(ctx.0 + handle.0);
    }

    #[query]
    fn option(&self) -> Option {
        std::clone::Clone::clone(&self.option)
    }

    #[update]
    fn state(&mut self, __state: Option, __context: Option, __input: Option) -> Option {
        self.option = Option(__state.0 + __context.0 + __input.0);
        std::clone::Clone::clone(&self.option)
    }

    #[update_validator(state)]
    fn check(
        &self,
        _: &Option,
        _: &Option,
        _: &Option,
    ) -> core::result::Result<(), std::fmt::Error> {
        core::result::Result::Ok(())
    }
}

#[test]
fn it_is_registered() {
    assert_eq!(super::activity("hygiene", "hold").output, "Vec");
    assert_eq!(super::workflow("hygiene", "Held").signals[0].parameters.len(), 2);
}
