//! The workflows behind the gateway.

use durable::prelude::*;
use durable::schemars::JsonSchema;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Opening {
    pub(crate) customer: String,
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    /// The name on the label.
    pub(crate) name: String,
    pub(crate) pieces: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("no such item")]
pub(crate) struct NotThere;

/// A basket that stays open until it is closed.
#[workflow(queue = "gateway", id = "basket-{customer}")]
pub(crate) struct Basket {
    items: Vec<Item>,
    limit: u32,
    closed: bool,
}

#[workflow_methods]
impl Basket {
    #[init]
    fn init(opening: Opening) -> Self {
        Self { items: Vec::new(), limit: opening.limit.unwrap_or(100), closed: false }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<Item>> {
        ctx.wait_condition(|state| state.closed).await?;
        Ok(ctx.state(|state| state.items.clone()))
    }

    /// Adds an item to the basket.
    #[signal]
    fn add(&mut self, item: Item) {
        self.items.push(item);
    }

    #[signal]
    fn close(&mut self) {
        self.closed = true;
    }

    #[query]
    fn pieces(&self, of: Option<String>) -> u32 {
        let of = of.as_ref();
        let items = self.items.iter().filter(|item| of.is_none_or(|of| *of == item.name));
        items.map(|item| item.pieces).sum()
    }

    #[query]
    fn limit(&self) -> u32 {
        self.limit
    }

    /// Removes an item, and returns the number of its pieces.
    #[update]
    fn remove(&mut self, name: String) -> Result<u32, NotThere> {
        let at = self.items.iter().position(|item| item.name == name).ok_or(NotThere)?;
        Ok(self.items.remove(at).pieces)
    }

    /// Waits until the basket is closed.
    #[update]
    async fn wait_for_end(ctx: &mut WorkflowContext<Self>) -> u32 {
        let _ = ctx.wait_condition(|state| state.closed).await;
        7
    }
}

/// Returns its text, so many times.
#[workflow(queue = "gateway")]
#[derive(Default)]
pub(crate) struct Echo;

#[workflow_methods]
impl Echo {
    #[run]
    async fn run(
        _ctx: &mut WorkflowContext<Self>,
        text: String,
        times: Option<u8>,
    ) -> WorkflowResult<String> {
        Ok(text.repeat(times.unwrap_or(1).into()))
    }
}

/// Fails, with a message that may be a value.
#[workflow(queue = "gateway")]
#[derive(Default)]
pub(crate) struct Fails;

#[workflow_methods]
impl Fails {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Err(durable::error::ApplicationFailure::non_retryable("the secret reason").into())
    }
}

/// A workflow that some gateways don't have.
#[workflow(queue = "gateway-hidden")]
#[derive(Default)]
pub(crate) struct Hidden {
    touched: bool,
}

#[workflow_methods]
impl Hidden {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        ctx.wait_condition(|state| state.touched).await?;
        Ok(true)
    }

    /// It has the name of a signal of [`Basket`].
    #[signal]
    fn close(&mut self) {
        self.touched = true;
    }
}

/// A workflow that no worker serves.
#[workflow(queue = "gateway-without-worker")]
#[derive(Default)]
pub(crate) struct Unserved;

#[workflow_methods]
impl Unserved {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(())
    }

    #[query]
    fn state_of_it(&self) -> u32 {
        0
    }

    #[update]
    fn change(&mut self) -> u32 {
        0
    }
}
