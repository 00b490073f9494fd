//! Listing and counting workflows by a typed query.
//!
//! Lists are eventually consistent: a new workflow may be missing, and one that has just ended may
//! still be listed as running. The Temporal concept is
//! [visibility](https://docs.temporal.io/visibility).

mod batch;
mod filter;
mod listing;
#[cfg(feature = "axum")]
mod page;
#[cfg(test)]
mod properties;
mod query;
mod workflows;

pub use batch::{Batch, BatchProgress};
pub use listing::Listing;
pub(super) use query::Query;
#[cfg(feature = "axum")]
pub(crate) use workflows::STATUSES;
pub use workflows::{ListWorkflowsCall, ListedWorkflow};

use temporalio_client::errors::ClientError;
use temporalio_client::tonic::{Code, Status};

use crate::client::Client;
use crate::error::{ConnectionError, Error, payload_error};

impl Client {
    /// Limits a count to the client's timeout.
    async fn listed<T>(
        &self,
        query: &str,
        counting: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, Error> {
        let counting = async { counting.await.map_err(|error| self.list_error(query, error)) };
        self.within(None, || "count workflows".to_owned(), counting).await
    }

    /// Returns the error of a list or count with this query.
    fn list_error(&self, query: &str, error: ClientError) -> Error {
        match error {
            ClientError::Rpc(status) => self.query_status(query, status),
            ClientError::PayloadConversion(error) => Error::WrongType {
                what: "memo of a listed workflow".to_owned(),
                cause: payload_error(error).into(),
            },
            other => self.query_status(query, Status::from_error(other.into())),
        }
    }

    pub(super) fn query_status(&self, query: &str, status: Status) -> Error {
        match status.code() {
            Code::InvalidArgument => {
                Error::InvalidQuery { query: query.to_owned(), cause: status.message().into() }
            }
            Code::NotFound => ConnectionError::NamespaceNotFound {
                namespace: self.namespace().to_owned(),
                address: self.address().to_owned(),
            }
            .into(),
            Code::Unavailable => self.unreachable(status),
            _ => Error::Rpc {
                operation: format!("answer the query `{query}`"),
                cause: status.into(),
            },
        }
    }
}
