//! Tests of workflows and activities, on a real server (feature `testing`).

#[doc(inline)]
pub use crate::error::{ReplayError, ReplayProblem, TestingError};
