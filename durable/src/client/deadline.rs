//! A limit to how long a call may wait for the server's answer.

use std::time::Duration;

use super::Client;
use crate::error::{Error, Result};

impl Client {
    /// Returns the same client, each of whose calls has to be answered within `timeout`, retries
    /// included.
    ///
    /// The limit holds for starts, signals, queries, updates, descriptions, schedules and whatever
    /// else asks the server, also by handles that are made with the returned client. It does not hold
    /// for the wait for a workflow's or an update's result, which
    /// [`result_within`](crate::WorkflowHandle::result_within) limits, nor for workers. Without it a
    /// call is given up after about 30 seconds, or after 10 seconds of retries while the server is
    /// away. `call_timeout` of a start, signal, query or update sets the limit of one call.
    ///
    /// A call that is not answered in time ends with [`Error::CallTimedOut`].
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// let hasty = client.with_call_timeout(Duration::from_secs(2));
    /// let described = hasty.workflow("order-7").describe().await?;
    /// # let _ = described;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_call_timeout(&self, timeout: Duration) -> Self {
        Self { call_timeout: Some(timeout), ..self.clone() }
    }

    /// Waits for a call within its own limit, or else within the client's.
    ///
    /// The call is boxed, as the SDK's futures are large.
    pub(crate) fn within<T>(
        &self,
        limit: Option<Duration>,
        operation: impl FnOnce() -> String,
        call: impl Future<Output = Result<T>>,
    ) -> impl Future<Output = Result<T>> {
        let (limit, call) = (limit.or(self.call_timeout), Box::pin(call));
        async move {
            let Some(waited) = limit else { return call.await };
            match tokio::time::timeout(waited, call).await {
                Ok(ended) => ended,
                Err(_) => Err(Error::CallTimedOut { operation: operation(), waited }),
            }
        }
    }
}
