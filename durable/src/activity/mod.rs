//! What activity code may touch: its context and what the worker injects.
//!
//! Activities do the work that workflows must not do themselves: they call other systems, read
//! files, sleep. `#[activity(queue = "..")]` on an `async fn` or `fn` makes one. This room knows
//! neither clients nor workers.

mod served;
mod state;

pub(crate) use served::register;
pub use state::{State, state};

#[doc(inline)]
pub use temporalio_common::error::{ApplicationErrorCategory, ApplicationFailure};
#[doc(inline)]
pub use temporalio_sdk::activities::{
    ActivityContext, ActivityError, ActivityHeartbeatDetails, ActivityInfo,
};
