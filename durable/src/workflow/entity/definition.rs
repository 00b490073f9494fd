//! The trait of entities.

use super::Inbox;
use crate::definition::InputOf;
use crate::workflow::Parent;

/// A workflow that is an [entity](super).
pub trait Entity: Parent {
    /// The type of the commands. It is carried to the next run, so it derives `Serialize` and
    /// `Deserialize`.
    type Command;
    /// The type of the reply to a command; `()` if no update [asks](super::ask) for one.
    ///
    /// The last replies are carried to the next run, so it derives `Clone`, `Serialize` and `Deserialize`.
    type Reply: Clone;

    /// Returns the inbox in the workflow's state.
    fn inbox(&self) -> &Inbox<Self::Command, Self::Reply>;

    /// Creates the input of the next run from the state and the waiting commands. Several inputs are a
    /// tuple.
    ///
    /// The inbox in the state is empty at this point. Put `inbox` into the input.
    fn carry(&self, inbox: Inbox<Self::Command, Self::Reply>) -> InputOf<Self>;

    /// Returns `true` if the entity has ended.
    ///
    /// The entity ends when no command waits and all signals and updates have been handled. So commands
    /// that arrive after this method returns `true` may still be handled.
    fn has_ended(&self) -> bool {
        false
    }
}
