//! Live state: server-sent events that follow a workflow.

mod follower;
mod position;

pub use position::LastEventId;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::HeaderValue;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use super::Problem;
use super::answers::status_name;
use crate::client::{HasHandle, WorkflowHandle};
use crate::definition::{Workflow, caught};
use crate::error::{Error, Result};
use follower::{Ask, Follower, describe, no_place};

/// The time for a worker to answer a query.
const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// The streams of server-sent events that a process has, with their limits.
///
/// A stream follows one workflow, and ends with it. It has these events:
///
/// | event | sent | data |
/// |---|---|---|
/// | `status` | at the beginning, when the status changes, and for a new run | `workflow_id`, `run_id`, `status`: `running`, `paused`, `completed`, `failed`, .. |
/// | `state` | at the beginning, and when the state has changed | the answer to the query |
/// | `problem` | if the state can't be read, for example because no worker runs; the stream goes on | a [`Problem`] |
/// | `result` | at the end | `workflow_id`, `status`, and the `output` or a `problem` |
///
/// The server (as of 1.32) can't push the answer to a query. So the stream asks for the description of the
/// workflow at each [interval](Self::interval), which is a cheap call, and queries the workflow only when its
/// history has grown. Each event has an id. A browser that connects again sends it as `Last-Event-ID`, and gets
/// what has changed since then; after the `result` it gets 204, and stops. Comments keep the connection open.
///
/// Clones share the limits. Keep one in the state of the router.
///
/// ```no_run
/// use durable::Client;
/// use durable::web::axum::extract::{Extension, Path};
/// use durable::web::axum::response::Response;
/// use durable::web::{Events, LastEventId, Problem};
///
/// async fn follow(
///     client: Client,
///     Extension(events): Extension<Events>,
///     Path(id): Path<String>,
///     last: LastEventId,
/// ) -> Result<Response, Problem> {
///     events.follow(&client.workflow(id), last).await
/// }
/// ```
#[derive(Clone)]
#[must_use = "a stream begins only when `follow` is called"]
pub struct Events {
    interval: Duration,
    heartbeat: Duration,
    places: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(500),
            heartbeat: Duration::from_secs(15),
            places: Arc::new(Semaphore::new(1000)),
            closing: watch::Sender::new(false),
        }
    }
}

impl Events {
    /// Creates the streams of a process, with the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the largest number of streams at once; the default is 1000. A client beyond it is answered with
    /// 503, and may try again after 5 seconds.
    pub fn max_streams(mut self, count: u32) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        self.places = Arc::new(Semaphore::new(count));
        self
    }

    /// Sets the time between two looks at a workflow; the default is 0.5 seconds, and the least 10
    /// milliseconds. It grows up to 10 seconds while calls fail.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_millis(10));
        self
    }

    /// Sets the time after which a stream without events sends a comment; the default is 15 seconds. It must
    /// be shorter than the idle timeout of the proxies in between.
    pub fn heartbeat(mut self, heartbeat: Duration) -> Self {
        self.heartbeat = heartbeat.max(Duration::from_millis(10));
        self
    }

    /// Ends all streams, and refuses new ones with 503, so that a server that stops gracefully doesn't wait for
    /// them. Browsers connect again, to another process.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Follows a workflow by its query `state`, which every workflow has. Without a struct that is
    /// `Serialize`, the state is a `durable::workflow::Status`.
    ///
    /// # Errors
    /// The problem of a workflow that doesn't exist (404), of a server that can't be reached (503), or of too
    /// many streams (503).
    pub async fn follow<W: Workflow>(
        &self,
        handle: &WorkflowHandle<W>,
        last: LastEventId,
    ) -> Result<Response, Problem> {
        let ask: Ask<W> =
            Arc::new(|handle| handle.state::<Value>().call_timeout(QUERY_TIMEOUT).into_future());
        self.stream(handle, last, ask).await
    }

    /// Follows a workflow by a query of its own, or by anything else that tells its state.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "orders")]
    /// # #[derive(Default)]
    /// # struct OrderWorkflow;
    /// #
    /// # #[workflow_methods]
    /// # impl OrderWorkflow {
    /// #     #[run]
    /// #     async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
    /// #         Ok(())
    /// #     }
    /// #
    /// #     #[query]
    /// #     fn progress(&self) -> u32 {
    /// #         7
    /// #     }
    /// # }
    /// # use durable::web::axum::response::Response;
    /// # use durable::web::{Events, LastEventId, Problem};
    /// # async fn example(events: Events, client: Client, last: LastEventId) -> Result<Response, Problem> {
    /// let order = OrderWorkflow::handle(&client, "order-7");
    /// events.follow_by(&order, last, |order| async move { order.progress().await }).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`follow`](Self::follow).
    pub async fn follow_by<W, F, A, T>(
        &self,
        handle: &WorkflowHandle<W>,
        last: LastEventId,
        ask: F,
    ) -> Result<Response, Problem>
    where
        W: HasHandle,
        F: Fn(W::Handle) -> A + Send + Sync + 'static,
        A: Future<Output = Result<T>> + Send + 'static,
        T: Serialize,
    {
        let ask: Ask<W> = Arc::new(move |handle| {
            let asking = ask(W::Handle::from(handle.clone()));
            async move { json(&asking.await?) }.boxed()
        });
        self.stream(handle, last, ask).await
    }

    async fn stream<W: Workflow>(
        &self,
        handle: &WorkflowHandle<W>,
        last: LastEventId,
        ask: Ask<W>,
    ) -> Result<Response, Problem> {
        if *self.closing.borrow() {
            return Err(no_place("the service is about to stop"));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(no_place("too many clients follow workflows"));
        };
        let described = describe(handle).await?;
        let seen = last.0.unwrap_or_default();
        let is_same =
            seen.run_id == described.run_id() && seen.status == status_name(described.status());
        if seen.is_end && is_same {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        let follower = Follower {
            handle: handle.clone(),
            ask,
            interval: self.interval,
            seen,
            closing: self.closing.subscribe(),
            _place: place,
            events: VecDeque::new(),
            pause: Duration::ZERO,
            problem: None,
            is_ended: false,
        };
        let events = stream::unfold((follower, Some(described)), |(mut follower, first)| async {
            if let Some(described) = first {
                follower.look(&described).await;
            }
            let event = follower.next().await?;
            Some((Ok::<_, Infallible>(event), (follower, None)))
        });
        let heartbeat = KeepAlive::new().interval(self.heartbeat);
        let mut response = Sse::new(events).keep_alive(heartbeat).into_response();
        // A proxy such as nginx would otherwise collect the events.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        Ok(response)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("interval", &self.interval)
            .field("heartbeat", &self.heartbeat)
            .field("free", &self.places.available_permits())
            .finish_non_exhaustive()
    }
}

/// Converts a state to JSON.
fn json(state: &impl Serialize) -> Result<Value> {
    let what = "state of the workflow".to_owned();
    let wrong = |cause: &str| Error::WrongType { what, cause: cause.into() };
    match caught(|| serde_json::to_value(state)) {
        Ok(Ok(state)) => Ok(state),
        Ok(Err(_)) => Err(wrong("it can't be written as JSON")),
        Err(_) => Err(wrong("its `Serialize` panicked")),
    }
}
