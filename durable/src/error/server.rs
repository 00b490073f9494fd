//! Errors with which the server responded.

use std::error::Error as StdError;
use std::fmt;

use temporalio_client::tonic::{Code, Status};

/// An error with which the Temporal server responded, or the end of the connection to it.
///
/// `Display` prints its message, without the metadata of the response.
#[derive(Clone)]
pub struct ServerError(Box<Status>);

impl ServerError {
    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// Returns the gRPC code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code()
    }

    /// Describes the absence of a workflow, which the server (1.32) tells by the message alone.
    pub(super) fn absence(&self) -> &'static str {
        let says = |words| self.message().contains(words);
        if says("already completed") {
            "has ended"
        } else if says("not found") {
            "was not found"
        } else {
            "was not found, or has ended"
        }
    }

    /// Returns the whole response, with its metadata and details.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.0
    }
}

impl From<Status> for ServerError {
    fn from(status: Status) -> Self {
        Self(Box::new(status))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&message_of(&self.0))
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError")
            .field("code", &self.code())
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

impl StdError for ServerError {
    /// Returns the error of the connection, if there was no response.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The status of a lost connection has the message of one of its causes.
        std::iter::successors(self.0.source(), |&cause| cause.source())
            .find(|cause| cause.to_string() != self.0.message())
    }
}

/// Returns the message of a status, or the meaning of its code if there is no message.
pub(super) fn message_of(status: &Status) -> String {
    match status.message() {
        "" => status.code().to_string(),
        message => message.to_owned(),
    }
}
