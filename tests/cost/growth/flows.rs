//! The workflows of this benchmark.

use durable::prelude::*;
use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
use durable::workflow::join_all;

#[activity(queue = "growth")]
pub async fn greet(name: String) -> Result<String, ActivityError> {
    Ok(format!("Hello, {name}!"))
}

/// Calls one activity.
#[workflow(queue = "growth")]
#[derive(Default)]
pub struct Greet;

#[workflow_methods]
impl Greet {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(greet::execute(ctx, name).await?)
    }
}

/// Calls many activities, some at once.
#[workflow(queue = "growth")]
#[derive(Default)]
pub struct GreetMany;

/// The activities that a workflow calls at once.
pub const AT_ONCE: u32 = 20;

#[workflow_methods]
impl GreetMany {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, count: u32) -> WorkflowResult<u32> {
        let mut done = 0;
        for batch in 0..count / AT_ONCE {
            let calls = (0..AT_ONCE).map(|one| greet::execute(ctx, format!("{batch}-{one}")));
            for greeting in join_all(calls).await {
                greeting?;
                done += 1;
            }
        }
        Ok(done)
    }
}

/// Adds numbers that signals bring, until it is closed.
#[workflow(queue = "growth")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sum {
    result: Summed,
    closed: bool,
    /// The numbers, and `None` for the end.
    inbox: Inbox<Option<u64>, ()>,
}

/// The result of [`Sum`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summed {
    pub signals: u64,
    pub sum: u64,
    pub runs: u32,
}

impl Entity for Sum {
    type Command = Option<u64>;
    type Reply = ();

    fn inbox(&self) -> &Inbox<Option<u64>, ()> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<Option<u64>, ()>) -> Self {
        Self { inbox, ..self.clone() }
    }

    fn has_ended(&self) -> bool {
        self.closed
    }
}

#[workflow_methods]
impl Sum {
    #[init]
    fn new(mut sum: Sum) -> Self {
        sum.result.runs += 1;
        sum
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Summed> {
        let end = entity::run(ctx, EntityOptions::default(), async |ctx, number| {
            ctx.state_mut(|state| match number {
                Some(number) => {
                    state.result.signals += 1;
                    state.result.sum += number;
                }
                None => state.closed = true,
            });
            Ok(())
        });
        end.await?;
        Ok(ctx.state(|state| state.result.clone()))
    }

    #[signal]
    fn add(&mut self, number: u64) {
        self.inbox.push(Some(number));
    }

    #[signal]
    fn close(&mut self) {
        self.inbox.push(None);
    }
}
