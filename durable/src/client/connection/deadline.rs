//! Timeouts of calls.

use std::time::Duration;

use crate::client::Client;
use crate::definition::caught_async;
use crate::error::{Error, Result};

impl Client {
    /// Returns the same client with a timeout for each call, retries included.
    ///
    /// The timeout applies to all calls of the server, for example starts, signals, queries,
    /// updates, descriptions and recurring schedules, also by handles that are created with the returned
    /// client. It does not apply to workers, nor to the wait for a result, which
    /// [`result_within`](crate::WorkflowHandle::result_within) limits. By default a call fails
    /// after about 30 seconds, or after 10 seconds of retries while the server is unavailable.
    /// `call_timeout` of a start, signal, query or update sets the timeout of one call.
    ///
    /// A call that times out returns [`Error::CallTimedOut`].
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

    /// Limits a call to its own timeout, or else to the client's, and catches panics of user code in it:
    /// `Serialize`, `Display`, interceptors, data converters.
    ///
    /// The call is boxed because the SDK's futures are large.
    pub(crate) fn within<T>(
        &self,
        limit: Option<Duration>,
        operation: impl FnOnce() -> String,
        call: impl Future<Output = Result<T>>,
    ) -> impl Future<Output = Result<T>> {
        let (limit, call) = (limit.or(self.call_timeout), caught_async(Box::pin(call)));
        async move {
            let ended = match limit {
                None => call.await,
                Some(waited) => match tokio::time::timeout(waited, call).await {
                    Ok(ended) => ended,
                    Err(_) => return Err(Error::CallTimedOut { operation: operation(), waited }),
                },
            };
            ended.unwrap_or_else(|message| Err(Error::Panicked { operation: operation(), message }))
        }
    }
}
