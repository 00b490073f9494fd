//! The encryption of failures by the worker whose workflows run on a thread.
//!
//! The message of a failed workflow task is always sent in plain text. So where failures are encrypted, the message of a
//! panic stays in the log. That of a query's error is sealed, because it is the only part that reaches the caller.

use std::cell::RefCell;
use std::rc::Rc;

use temporalio_sdk::workflows::WorkflowError;

/// Returns the error of a query with an encrypted message.
pub(crate) type Seal = Rc<dyn Fn(String) -> WorkflowError>;

thread_local! {
    /// `None` if the failures of the workflows of this thread aren't encrypted.
    static SEAL: RefCell<Option<Seal>> = const { RefCell::new(None) };
}

/// Sets how the failures of the workflows of this thread are encrypted, or that they aren't.
pub(crate) fn set(seal: Option<Seal>) {
    SEAL.set(seal);
}

/// Returns `true` if the failures of the workflows of this thread are encrypted.
pub(super) fn are_encrypted() -> bool {
    SEAL.with_borrow(Option::is_some)
}

/// Returns the error of a query with this message.
pub(super) fn of_query(message: String) -> WorkflowError {
    match SEAL.with_borrow(Clone::clone) {
        Some(seal) => seal(message),
        None => WorkflowError::Execution(message.into()),
    }
}
