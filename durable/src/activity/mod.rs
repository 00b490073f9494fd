//! The types that activity code uses: its context, its error, and the state that the worker injects.
//!
//! ```
//! use durable::prelude::*;
//!
//! struct Mailer;
//!
//! /// Sends a mail. The worker injects the mailer, which was set with `Workers::state`.
//! #[activity(queue = "mails", start_to_close_timeout = "30s")]
//! async fn send_mail(
//!     ctx: ActivityContext,
//!     mailer: State<Mailer>,
//!     address: String,
//! ) -> Result<(), ActivityError> {
//!     if !address.contains('@') {
//!         return Err(ApplicationFailure::non_retryable("not an address").into());
//!     }
//!     ctx.heartbeat(&"connecting").await?;
//!     let _ = mailer;
//!     Ok(())
//! }
//! ```
//!
//! Activities do the work that workflows must not do themselves: they call other systems, read files
//! and sleep. [`#[activity]`](macro@crate::activity) on an `async fn` or `fn` defines one. This module
//! depends neither on clients nor on workers.

mod adapter;
mod context;
mod error;
#[cfg(feature = "testing")]
mod heartbeat;
#[cfg(feature = "testing")]
pub(crate) mod intervention;
mod log;
mod state;
mod stop;

pub(crate) use adapter::{not_mocked, register};
pub use context::ActivityContext;
pub use error::ActivityError;
#[cfg(feature = "testing")]
pub(crate) use heartbeat::{ObserveHeartbeats, RecordedHeartbeat};
pub use state::State;
pub(crate) use state::state;
pub use stop::StopReason;

pub use crate::definition::TaskToken;
#[doc(inline)]
pub use crate::error::{ApplicationFailure, ApplicationFailureBuilder};
pub use temporalio_common::error::ApplicationErrorCategory;
#[doc(inline)]
pub use temporalio_sdk::activities::{ActivityHeartbeatDetails, ActivityInfo};
