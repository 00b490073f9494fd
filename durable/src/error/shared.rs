//! Causes that the copies of an error share.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use temporalio_client::tonic::Status;

use super::report::one_line;
use super::server::ServerError;

/// An error of any type, as the cause of an error that can be cloned.
///
/// It dereferences to the error. To read it as its own type, call `downcast_ref` on it:
///
/// ```
/// use durable::error::{ConnectionError, Error};
///
/// fn is_refused(error: &Error) -> bool {
///     let Error::Connection(ConnectionError::Unreachable { source, .. }) = error else { return false };
///     source.downcast_ref::<std::io::Error>().is_some()
/// }
/// ```
#[derive(Clone)]
pub struct SharedError(Arc<dyn StdError + Send + Sync>);

impl SharedError {
    /// Creates a shared error from an error or a message.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        match error.into().downcast::<Status>() {
            Ok(status) => Self(Arc::new(ServerError::from(*status))),
            Err(error) => Self(error.into()),
        }
    }
}

impl Deref for SharedError {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for SharedError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for SharedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Prints the message with its causes. `Debug` of an error of the SDK may print values.
impl fmt::Debug for SharedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&*self.0))
    }
}
