//! The options of entities, and the reasons for their end.

use std::time::Duration;

/// Options for [`run`](super::run): the conditions for a new run and for the end of the entity.
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "options have an effect only where they are passed to `run`"]
pub struct EntityOptions {
    pub(super) continue_after: Option<u32>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) on_current_version: bool,
}

impl EntityOptions {
    /// Creates options without any value set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues as new after this number of commands, even if the server does not suggest it yet. 0
    /// counts as 1.
    ///
    /// The server suggests it by the length of the history, after some thousands of events. Set this
    /// option to carry the state more often, or in a test.
    pub fn continue_after(mut self, commands: u32) -> Self {
        self.continue_after = Some(commands.max(1));
        self
    }

    /// Ends the entity if no command arrives for this duration. Zero means no limit, which is the default.
    ///
    /// The wait is a durable timer. It restarts with each command and with each run.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = (!timeout.is_zero()).then_some(timeout);
        self
    }

    /// Starts each further run on the current version of the deployment, like
    /// [`continue_as_new_on_current_version`](crate::workflow::WorkflowContext::continue_as_new_on_current_version). By
    /// default, an entity that is pinned to a version stays on it.
    pub fn continue_on_current_version(mut self) -> Self {
        self.on_current_version = true;
        self
    }
}

/// The reason that an entity ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityEnd {
    /// [`Entity::has_ended`](super::Entity::has_ended) returned `true`.
    Ended,
    /// No command arrived within the [idle timeout](EntityOptions::idle_timeout).
    Idle,
}
