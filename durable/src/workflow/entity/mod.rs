//! Entities: long-running workflows that handle commands one after the other, and continue as new runs
//! automatically without losing any.
//!
//! An entity represents one thing: an account, a shopping cart, a device. Its workflow id is the id of the
//! thing, its state is the workflow's state, and signals and updates send it commands. [`run`] handles the
//! commands in the order of their arrival. When the history has become long and the server suggests it,
//! the entity continues as a new run between two commands. It carries over the state and the waiting
//! commands.
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
//! /// The state is also the input of every run.
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
//!     /// Sends a command by a signal, without a reply.
//!     #[signal]
//!     fn add(&mut self, article: String) {
//!         self.inbox.push(Command::Add(article));
//!     }
//!
//!     /// Sends a command by an update, and returns the reply.
//!     #[update]
//!     async fn check_out(ctx: &mut WorkflowContext<Self>) -> Result<usize, ActivityError> {
//!         Ok(entity::ask(ctx, Command::CheckOut).await?)
//!     }
//! }
//! ```
//!
//! # Limitations
//! - **Timeouts.** An execution or run timeout ends the entity, at any point. There is no default
//!   timeout, and [`run`] logs a warning if one is set.
//! - **Failures.** An error that the function of [`run`] returns ends the entity. To keep
//!   the entity after a failed activity, return the error in the reply. Without `retry` in the annotation, the
//!   workflow is not retried; a retry would start with the input of the failed run.
//! - **Updates that do not ask.** A plain update may change the state by itself, before the
//!   commands that still wait. It needs no inbox and never delays the end of a run.
//! - **Updates that ask** delay the end of their run until they are answered. If there are always some of
//!   them in progress, the history keeps growing. In this case reject them in a validator from time to time, or
//!   send commands by signals.
//! - **Repeated calls.** The server may call an update again in the next run if the end of a run and the
//!   call coincide. [`ask`] recognizes the update by its id. What an update does besides asking is done
//!   again; use [`WorkflowContext::update_id`] to recognize it there. Signals have no id.
//! - **The state** is sent with each continuation, so it is limited to the size of a payload, 2 MB. The last
//!   100 replies to updates are a part of it.

mod definition;
mod inbox;
mod lifecycle;
mod options;

use std::panic::Location;

use temporalio_sdk::{WorkflowCancellationError, WorkflowResult};

use crate::workflow::WorkflowContext;
use crate::workflow::waits::{Place, Subject};
use inbox::Waiting;
use lifecycle::{Lifecycle, Next};

pub use definition::Entity;
pub use inbox::Inbox;
pub use options::{EntityEnd, EntityOptions};

/// Handles the commands of an entity in the order of their arrival, until the entity ends.
///
/// `handle` executes a command and returns the reply for the update that [asked](ask). It may wait for
/// activities, timers and children, and further commands wait in the inbox meanwhile. Between two commands
/// the entity continues as a new run, if the server suggests it or [`EntityOptions::continue_after`] is
/// reached. It first waits until all signals and updates have been handled, and keeps handling commands
/// meanwhile, because an update may wait for one of them.
///
/// # Errors
/// - The error that `handle` returns.
/// - The error that ends the run when it continues as new.
/// - A cancellation of the workflow, as soon as no command is being handled. Waiting commands stay in the inbox.
///
/// In `#[run]`, pass all of them on with `?`.
#[track_caller]
pub fn run<W, H>(
    ctx: &WorkflowContext<W>,
    options: EntityOptions,
    handle: H,
) -> impl Future<Output = WorkflowResult<EntityEnd>>
where
    W: Entity,
    H: AsyncFnMut(&WorkflowContext<W>, W::Command) -> WorkflowResult<W::Reply>,
{
    run_at(Location::caller(), ctx, options, handle)
}

async fn run_at<W, H>(
    place: Place,
    ctx: &WorkflowContext<W>,
    options: EntityOptions,
    mut handle: H,
) -> WorkflowResult<EntityEnd>
where
    W: Entity,
    H: AsyncFnMut(&WorkflowContext<W>, W::Command) -> WorkflowResult<W::Reply>,
{
    let mut lifecycle = Lifecycle::start(ctx, options, place);
    loop {
        let Waiting { command, ticket } = match lifecycle.next().await? {
            Next::Command(waiting) => waiting,
            Next::End(end) => return Ok(end),
        };
        let reply = handle(ctx, command).await?;
        if let Some(ticket) = ticket {
            // Changing the state wakes the update that waits for the reply.
            ctx.state_mut(|state| state.inbox().answer(ticket, reply));
        }
    }
}

/// Sends the entity a command and waits for the reply. Call it in one of the entity's own async updates or
/// signals.
///
/// The command is handled after all earlier ones. An update whose id an earlier run has answered is not handled
/// again: it gets the same reply. The last 100 replies are remembered.
///
/// Do not call this in the function of [`run`] itself: it
/// would wait for ever, because commands are handled one at a time.
///
/// # Errors
/// Returns an error if the workflow is cancelled first. The command may still be handled.
#[track_caller]
pub fn ask<W: Entity>(
    ctx: &WorkflowContext<W>,
    command: W::Command,
) -> impl Future<Output = Result<W::Reply, WorkflowCancellationError>> {
    let place = Location::caller();
    async move {
        let asked = ctx.current_update().map(|update| update.ask());
        let answered = |asked| ctx.state(|state| state.inbox().answered(asked));
        if let Some(reply) = asked.as_ref().and_then(answered) {
            return Ok(reply);
        }
        let ticket = ctx.state_mut(|state| state.inbox().push_with_ticket(command, asked));
        loop {
            let has_reply = |state: &W| state.inbox().has_reply(&ticket);
            ctx.condition_at(place, Subject::Reply, has_reply).await?;
            if let Some(reply) = ctx.state(|state| state.inbox().take_reply(&ticket)) {
                return Ok(reply);
            }
        }
    }
}
