//! Asynchronous completion of activities.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use temporalio_client::errors::AsyncActivityError;
use temporalio_client::tonic::{Code, Status};
use temporalio_client::{
    ActivityHeartbeatResponse, ActivityIdentifier, AsyncActivityHandle, RpcOptions,
};

use super::outcome::refused;
use crate::client::Client;
use crate::definition::{Activity, TaskToken};
use crate::error::measured::{Bound, Measured};
use crate::error::payload_limit::{PayloadLimit, Value};
use crate::error::{ApplicationFailure, Error, Result, payload_error};

impl Client {
    /// Returns a handle to complete an activity that returned `ActivityError::WillCompleteAsync`.
    /// It does not call the server.
    ///
    /// The activity is identified by its token (`ctx.task_token()`), or by
    /// [`ActivityIdentifier::by_id_workflow`]. The type parameter is the activity's type. The
    /// Temporal concept is the [asynchronous activity
    /// completion](https://docs.temporal.io/activity-execution#asynchronous-activity-completion).
    ///
    /// ```no_run
    /// use durable::activity::TaskToken;
    /// use durable::prelude::*;
    ///
    /// /// Asks a person, whose answer comes by another way.
    /// #[activity(queue = "approvals", start_to_close_timeout = "7d", heartbeat_timeout = "0s")]
    /// async fn ask(ctx: ActivityContext, question: String) -> Result<bool, ActivityError> {
    ///     println!("{question} Answer with {}", ctx.task_token());
    ///     Err(ActivityError::WillCompleteAsync)
    /// }
    ///
    /// /// Is called by the web server, for example.
    /// async fn answered(client: &Client, token: TaskToken, yes: bool) -> durable::Result<()> {
    ///     client.activity::<ask>(token).complete(yes).await
    /// }
    /// ```
    #[must_use]
    pub fn activity<A: Activity>(
        &self,
        activity: impl Into<ActivityIdentifier>,
    ) -> ActivityHandle<A> {
        ActivityHandle {
            handle: self.sdk().get_async_activity_handle(activity.into()),
            client: self.clone(),
            limit: self.limits.get(),
            activity: PhantomData,
        }
    }
}

/// A handle to complete an activity asynchronously, returned by [`Client::activity`].
///
/// An attempt can be completed once. A retryable failure starts the next attempt, which runs the
/// function again and has another token.
pub struct ActivityHandle<A> {
    handle: AsyncActivityHandle<temporalio_client::Client>,
    client: Client,
    limit: PayloadLimit,
    activity: PhantomData<fn() -> A>,
}

impl<A: Activity> ActivityHandle<A> {
    /// Sets the maximum size of the output in bytes, like
    /// [`Workers::payload_limit`](crate::Workers::payload_limit). The default is the server's own
    /// limit. The server fails the activity if its output is larger than that.
    #[must_use]
    pub fn payload_limit(mut self, bytes: usize) -> Self {
        self.limit = self.limit.resized(bytes);
        self
    }

    /// Completes the activity with its output.
    ///
    /// # Errors
    /// - [`Error::ActivityNotFound`]: it has ended, timed out or was cancelled, or does not exist.
    /// - [`Error::WrongType`]: the output cannot be serialized, or is too large.
    /// - [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`]: the server did not answer, or refused the request.
    pub async fn complete(&self, output: A::Output) -> Result<()>
    where
        A::Output: Send,
    {
        let value = Value::new("output of activity", A::NAME);
        let output = Measured::new(output, value, Bound::Limit(self.limit.clone()));
        let completing = self.handle.complete(Some(output), RpcOptions::default());
        self.within("complete", completing).await
    }

    /// Fails the attempt, with any error or an [`ApplicationFailure`]. The activity is retried if
    /// the failure and the retry policy allow it.
    ///
    /// # Errors
    /// Those of [`complete`](Self::complete).
    pub async fn fail(&self, failure: impl Into<ApplicationFailure>) -> Result<()> {
        let failing = self.handle.fail(failure.into(), None::<()>, RpcOptions::default());
        self.within("fail", failing).await
    }

    /// Reports that the activity has stopped because it was cancelled.
    ///
    /// # Errors
    /// Those of [`complete`](Self::complete), and [`Error::Rpc`] if no cancellation was requested.
    pub async fn cancelled(&self) -> Result<()> {
        let reporting = self.handle.report_cancelation(None::<()>, RpcOptions::default());
        self.within("report as cancelled", reporting).await
    }

    /// Records a heartbeat with details, and returns whether the activity should stop. It is sent
    /// at once.
    ///
    /// # Errors
    /// Those of [`complete`](Self::complete).
    pub async fn heartbeat<T: Serialize + Sync + ?Sized>(
        &self,
        progress: &T,
    ) -> Result<ActivityHeartbeatResponse> {
        let progress = serde_json::to_value(progress).map_err(|error| Error::WrongType {
            what: format!("heartbeat of activity `{}`", A::NAME),
            cause: error.into(),
        })?;
        let recording = self.handle.heartbeat(Some(progress), RpcOptions::default());
        self.within("record a heartbeat of", recording).await
    }

    /// Waits for a call within the client's limit.
    async fn within<T>(
        &self,
        operation: &str,
        call: impl Future<Output = Result<T, AsyncActivityError>>,
    ) -> Result<T> {
        let call = async { call.await.map_err(|error| self.error(operation, error)) };
        let what = || format!("{operation} activity `{}`", A::NAME);
        self.client.within(None, what, call).await
    }

    fn error(&self, operation: &str, error: AsyncActivityError) -> Error {
        let operation = format!("{operation} activity `{}`", A::NAME);
        match error {
            AsyncActivityError::NotFound(status) => not_found(operation, status),
            // A token that the server cannot read belongs to no activity.
            AsyncActivityError::Rpc(status)
                if status.code() == Code::InvalidArgument && status.message().contains("oken") =>
            {
                not_found(operation, status)
            }
            AsyncActivityError::Rpc(status) if status.code() == Code::Unavailable => {
                self.client.unreachable(status)
            }
            AsyncActivityError::Rpc(status) => refused(operation, status),
            AsyncActivityError::PayloadConversion(error) => Error::WrongType {
                what: format!("value to {operation}"),
                cause: payload_error(error).into(),
            },
            other => refused(operation, Status::from_error(other.into())),
        }
    }
}

fn not_found(operation: String, status: Status) -> Error {
    Error::ActivityNotFound { operation, source: status.into() }
}

impl<A: Activity> fmt::Debug for ActivityHandle<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityHandle")
            .field("activity", &A::NAME)
            .field("identifier", self.handle.identifier())
            .finish_non_exhaustive()
    }
}

impl From<TaskToken> for ActivityIdentifier {
    fn from(token: TaskToken) -> Self {
        Self::from_task_token(token.as_bytes().to_vec().into())
    }
}

impl From<&TaskToken> for ActivityIdentifier {
    fn from(token: &TaskToken) -> Self {
        token.clone().into()
    }
}
