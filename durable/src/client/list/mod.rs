//! Finding workflows by what they are: lists and counts by a typed query.
//!
//! Lists are eventually consistent: what was started a moment ago may be missing, and what has ended
//! may still be said to run. The Temporal concept is
//! [visibility](https://docs.temporal.io/visibility).

mod listing;
mod query;
mod workflows;

pub use listing::Listing;
pub(super) use query::Query;
pub use workflows::{ListWorkflows, ListedWorkflow};

use temporalio_client::errors::ClientError;
use temporalio_client::tonic::{Code, Status};

use super::Client;
use crate::error::{Error, payload_error};

impl Client {
    /// Waits for a count within the client's limit.
    async fn listed<T>(
        &self,
        query: &str,
        counting: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, Error> {
        let counting = async { counting.await.map_err(|error| self.list_error(query, error)) };
        self.within(None, || "count workflows".to_owned(), counting).await
    }

    /// What a list or count of this query did not succeed by.
    fn list_error(&self, query: &str, error: ClientError) -> Error {
        match error {
            ClientError::Rpc(status) => self.query_status(query, status),
            ClientError::PayloadConversion(error) => Error::WrongType {
                what: "memo of a listed workflow".to_owned(),
                source: payload_error(error),
            },
            other => self.query_status(query, Status::from_error(other.into())),
        }
    }

    pub(super) fn query_status(&self, query: &str, status: Status) -> Error {
        match status.code() {
            Code::InvalidArgument => {
                Error::InvalidQuery { query: query.to_owned(), source: status.message().into() }
            }
            Code::NotFound => Error::NamespaceNotFound {
                namespace: self.namespace().to_owned(),
                address: self.address().to_owned(),
            },
            Code::Unavailable => self.unreachable(status),
            _ => Error::Rpc {
                operation: format!("answer the query `{query}`"),
                source: Box::new(status),
            },
        }
    }
}
