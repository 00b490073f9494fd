//! What activity code may touch: its context and what the worker injects.
//!
//! Activities do the work that workflows must not do themselves: they call other systems, read
//! files, sleep. `#[activity(queue = "..")]` on an `async fn` or `fn` makes one. This room knows
//! neither clients nor workers.

mod context;
mod error;
#[cfg(feature = "testing")]
mod heartbeat;
#[cfg(feature = "testing")]
pub(crate) mod intervention;
mod served;
mod state;
mod stop;

pub use context::ActivityContext;
pub use error::ActivityError;
#[cfg(feature = "testing")]
pub(crate) use heartbeat::{ObserveHeartbeats, RecordedHeartbeat};
pub(crate) use served::{not_mocked, register};
pub use state::{State, state};
pub use stop::StopReason;

pub use crate::definition::TaskToken;
#[doc(inline)]
pub use crate::error::{ApplicationFailure, ApplicationFailureBuilder};
pub use temporalio_common::error::ApplicationErrorCategory;
#[doc(inline)]
pub use temporalio_sdk::activities::{ActivityHeartbeatDetails, ActivityInfo};
