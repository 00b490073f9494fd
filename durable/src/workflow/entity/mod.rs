//! Entities: workflows that live for long, take commands one after the other, and continue as new
//! runs by themselves without losing any.
//!
//! An entity stands for a thing: an account, a shopping cart, a device. Its workflow id is the
//! thing's, its state is the workflow's, and signals and updates bring it commands. [`run`] handles
//! them in the order in which they came. When the server suggests it, because the history has become
//! long, it continues as a new run between two commands, and carries over the state and the commands
//! that wait.
//!
//! ```no_run
//! use durable::prelude::*;
//! use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
//!
//! #[activity(queue = "carts", start_to_close_timeout = "10s")]
//! async fn reserve(article: String) -> Result<(), ActivityError> {
//!     Ok(())
//! }
//!
//! #[derive(Debug, Clone, Serialize, Deserialize)]
//! pub enum Command {
//!     Add(String),
//!     CheckOut,
//! }
//!
//! /// The state is also the input, of the first run as of all that follow.
//! #[workflow(queue = "carts", id = "cart-{customer}")]
//! #[derive(Debug, Clone, Serialize, Deserialize)]
//! pub struct Cart {
//!     customer: String,
//!     #[serde(default)]
//!     articles: Vec<String>,
//!     #[serde(default)]
//!     checked_out: bool,
//!     #[serde(default)]
//!     inbox: Inbox<Command, usize>,
//! }
//!
//! impl Entity for Cart {
//!     type Command = Command;
//!     type Reply = usize;
//!
//!     fn inbox(&self) -> &Inbox<Command, usize> {
//!         &self.inbox
//!     }
//!
//!     fn carry(&self, inbox: Inbox<Command, usize>) -> Self {
//!         Self { inbox, ..self.clone() }
//!     }
//!
//!     fn has_ended(&self) -> bool {
//!         self.checked_out
//!     }
//! }
//!
//! #[workflow_methods]
//! impl Cart {
//!     #[init]
//!     fn new(cart: Cart) -> Self {
//!         cart
//!     }
//!
//!     #[run]
//!     async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
//!         let options = EntityOptions::default().idle_timeout(Duration::from_secs(30 * 86_400));
//!         entity::run(ctx, options, async |ctx, command| {
//!             match command {
//!                 Command::Add(article) => {
//!                     reserve::execute(ctx, article.clone()).await?;
//!                     ctx.state_mut(|cart| cart.articles.push(article));
//!                 }
//!                 Command::CheckOut => ctx.state_mut(|cart| cart.checked_out = true),
//!             }
//!             Ok(ctx.state(|cart| cart.articles.len()))
//!         })
//!         .await?;
//!         Ok(ctx.state(|cart| cart.articles.clone()))
//!     }
//!
//!     /// A signal brings a command and does not wait for it.
//!     #[signal]
//!     fn add(&mut self, article: String) {
//!         self.inbox.push(Command::Add(article));
//!     }
//!
//!     /// An update brings a command and returns the reply to it.
//!     #[update]
//!     async fn check_out(ctx: &mut WorkflowContext<Self>) -> Result<usize, ActivityError> {
//!         Ok(entity::ask(ctx, Command::CheckOut).await?)
//!     }
//! }
//! ```
//!
//! # What to mind
//! - **Timeouts.** An execution or run timeout ends the entity, whatever it is doing. None is built
//!   in; [`run`] warns where one is set.
//! - **Failures.** An error that the function of [`run`] returns ends the entity. What is to outlive a
//!   failed activity is better put into the reply. A retry of the workflow would begin with the state
//!   with which the run began; without `retry` at the annotation there is none.
//! - **Updates that do not ask.** A plain update may change the state by itself, before commands that
//!   came earlier and still wait. It needs no inbox and never keeps a run from ending.
//! - **Updates that ask** keep their run from ending until they are answered. So where some of them
//!   are under way at every moment, the history grows on; then reject them in a validator from time
//!   to time, or send commands by signals.
//! - **The state** travels at each continuation, so it is as large as a payload may be, 2 MB.

mod inbox;
mod life;

use std::time::Duration;

use temporalio_sdk::{WorkflowCancellationError, WorkflowResult};

use super::{WorkflowCode, WorkflowContext};
use crate::definition::{InputOf, Payload};

pub use inbox::Inbox;
use inbox::Waiting;
use life::{Life, Next};

/// A workflow that is an [entity](self): where its commands wait, and what goes from run to run.
pub trait Entity: WorkflowCode<Input: Payload> {
    /// What it can be told to do. It travels to the next run, so it derives `Serialize` and
    /// `Deserialize`.
    type Command;
    /// What a command is answered with; `()` where nobody asks.
    type Reply;

    /// The inbox, in the workflow's state.
    fn inbox(&self) -> &Inbox<Self::Command, Self::Reply>;

    /// The input of the next run: what is to be kept of the state, and the commands that wait. Several
    /// inputs are a tuple.
    ///
    /// The inbox in the state is empty by then; the one that is handed over belongs into the input.
    fn carry(&self, inbox: Inbox<Self::Command, Self::Reply>) -> InputOf<Self>;

    /// Whether the entity's life is over.
    ///
    /// It ends when no command waits and all signals and updates have been handled, so those that
    /// come after the end are handled as well.
    fn has_ended(&self) -> bool {
        false
    }
}

/// When an entity continues as new, and when it ends for want of commands.
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "options have an effect only where they are passed to `run`"]
pub struct EntityOptions {
    continue_after: Option<u32>,
    idle_timeout: Option<Duration>,
    on_current_version: bool,
}

impl EntityOptions {
    /// Options of which none is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues as new after so many commands, also if the server does not suggest it yet. 0 counts
    /// as 1.
    ///
    /// The server suggests it by the length of the history, after some thousands of events. Set this
    /// where the state is to be carried more often, or in a test.
    pub fn continue_after(mut self, commands: u32) -> Self {
        self.continue_after = Some(commands.max(1));
        self
    }

    /// Ends the entity when no command has come for so long. Zero means no limit, as does saying
    /// nothing.
    ///
    /// The wait is a durable timer; it begins anew with each command and with each run.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = (!timeout.is_zero()).then_some(timeout);
        self
    }

    /// Begins each further run on the current version of the deployment, as
    /// [`continue_as_new_on_current_version`](WorkflowContext::continue_as_new_on_current_version)
    /// does; otherwise an entity that is pinned to a version stays on it for life.
    pub fn continue_on_current_version(mut self) -> Self {
        self.on_current_version = true;
        self
    }
}

/// Why an entity ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityEnd {
    /// [`Entity::has_ended`] says so.
    Ended,
    /// No command came within the [idle timeout](EntityOptions::idle_timeout).
    Idle,
}

/// Handles the commands of an entity, one after the other in the order in which they came, until it
/// ends.
///
/// `handle` does what a command says, and returns the reply for whoever [asked](ask). It may wait, for
/// activities, timers and children; meanwhile commands gather. Between two commands the entity
/// continues as a new run, where the server suggests it or [`EntityOptions::continue_after`] is
/// reached, as soon as all signals and updates have been handled. Until they have, commands are
/// handled on, because an update may wait for one of them.
///
/// # Errors
/// - The error that `handle` returns.
/// - What ends the run when it continues as new.
/// - When the workflow is cancelled, as soon as no command is being handled; those that wait stay in the
///   inbox.
///
/// In `#[run]`, pass all of them on with `?`.
pub async fn run<W, H>(
    ctx: &WorkflowContext<W>,
    options: EntityOptions,
    mut handle: H,
) -> WorkflowResult<EntityEnd>
where
    W: Entity,
    H: AsyncFnMut(&WorkflowContext<W>, W::Command) -> WorkflowResult<W::Reply>,
{
    let mut life = Life::begin(ctx, options);
    loop {
        let Waiting { command, ticket } = match life.next().await? {
            Next::Command(waiting) => waiting,
            Next::End(end) => return Ok(end),
        };
        let reply = handle(ctx, command).await?;
        if let Some(ticket) = ticket {
            // Whoever asked waits for the state to change.
            ctx.state_mut(|state| state.inbox().answer(ticket, reply));
        }
    }
}

/// Sends the entity a command and waits for the reply, from within one of its own async updates or
/// signals.
///
/// The command is handled after those that came before it. Called by the function of [`run`] itself,
/// it would wait for ever, since that handles one command at a time.
///
/// # Errors
/// When the workflow is cancelled first. The command may be handled all the same.
pub async fn ask<W: Entity>(
    ctx: &WorkflowContext<W>,
    command: W::Command,
) -> Result<W::Reply, WorkflowCancellationError> {
    let ticket = ctx.state_mut(|state| state.inbox().push_asked(command));
    loop {
        ctx.wait_condition(|state| state.inbox().has_reply(ticket)).await?;
        if let Some(reply) = ctx.state(|state| state.inbox().take_reply(ticket)) {
            return Ok(reply);
        }
    }
}
