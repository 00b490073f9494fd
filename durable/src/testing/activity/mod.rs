//! `ActivityTest`: one activity with a context, without a server and without a worker.

mod alone;
mod heartbeats;
mod running;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use temporalio_common::data_converters::{
    PayloadConversionError, RawValue, TemporalDeserializable, TemporalSerializable,
};
use temporalio_sdk::activities::{ActivityInfo, ExecutableActivity};
use temporalio_sdk::testing::{ActivityEnvironment, TestActivityInfoOptions};

use alone::Given;
pub use heartbeats::HeartbeatError;
use heartbeats::Heartbeats;
pub use running::RunningActivity;

use crate::activity::{ActivityError, ObserveHeartbeats, RecordedHeartbeat};
use crate::client::Client;
use crate::definition::debug;
use crate::definition::{Activity, Arguments as _, Dependencies, WorkerShutdown};
use crate::options::{ActivityOptions, Configured, RetryOptions, limit};

type AdjustInfo = Arc<dyn Fn(&mut ActivityInfo) + Send + Sync>;

/// Runs an annotated activity with a context, as a worker would, but without a server and a worker.
///
/// An activity without a context needs none of this: it is a function, and a test calls it. With a
/// context, this test says what the activity finds there, and sees what it does with it:
///
/// ```
/// use durable::prelude::*;
/// use durable::testing::ActivityTest;
///
/// struct Printer { pages_per_minute: u32 }
///
/// /// Goes on with the page that the attempt before it came to.
/// #[activity(queue = "reports", heartbeat_timeout = "30s")]
/// async fn print(
///     ctx: ActivityContext,
///     printer: State<Printer>,
///     name: String,
///     pages: u32,
/// ) -> Result<String, ActivityError> {
///     let first = ctx.heartbeat_details().deserialize::<u32>()?.unwrap_or(1);
///     for page in first..=pages {
///         ctx.record_heartbeat(page).await?;
///     }
///     Ok(format!("{name} at {} pages a minute", printer.pages_per_minute))
/// }
///
/// # // In a program it is `#[tokio::test]`, which a doc test does not run.
/// # #[durable::main]
/// # async fn main() -> Result<(), ActivityError> {
/// let test = ActivityTest::new()
///     .state(Printer { pages_per_minute: 12 })
///     .attempt(2)
///     .heartbeat_details(3)?;
///
/// let printed = test.run::<print>(("report".to_owned(), 5)).await?;
///
/// assert_eq!(printed, "report at 12 pages a minute");
/// assert_eq!(test.heartbeats::<u32>()?, [3, 4, 5]);
/// # Ok(())
/// # }
/// ```
///
/// The inputs are a tuple: `()` for none, `(name,)` for one. The output is the activity's, or its
/// [`ActivityError`], into which `?` converts every other error of such a test. A panic of the
/// activity is a panic of the test.
///
/// Every run has a context of its own; what the test was given is the same for all of them. What
/// [`ActivityInfo`] says is taken from the annotation, with the built-in options where it is silent,
/// for a first attempt that was scheduled and started just now by workflow `test`.
///
/// Inputs and output are handed over as they are, while heartbeats are serialised, as between two
/// attempts. No timeout is enforced, and nothing is retried.
#[derive(Default)]
#[must_use = "the activity runs when `run` or `start` is called"]
pub struct ActivityTest {
    dependencies: Dependencies,
    info: Vec<AdjustInfo>,
    details: Option<RawValue>,
    client: Option<Client>,
    /// The heartbeats of the run that was started last.
    heartbeats: Mutex<Heartbeats>,
}

debug!([] ActivityTest[]:);

impl ActivityTest {
    /// A test that gives the activity no state, on its first attempt.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the activity a value that it takes as `State<T>`.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// Gives the activity a value that the test shares with it, or a trait object: `State<dyn Mailer>`.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.dependencies.insert(value);
        self
    }

    /// Sets the number of the attempt, counted from 1; the default is 1.
    pub fn attempt(self, attempt: u32) -> Self {
        self.info(move |info| info.attempt = attempt)
    }

    /// Sets the id of the workflow that called the activity; the default is `test`.
    pub fn workflow_id(self, workflow_id: impl Into<String>) -> Self {
        let workflow_id = workflow_id.into();
        self.info(move |info| info.workflow_id = Some(workflow_id.clone()))
    }

    /// Sets the heartbeat timeout that the context reports; the default is the annotation's.
    pub fn heartbeat_timeout(self, timeout: Duration) -> Self {
        self.info(move |info| info.heartbeat_timeout = Some(timeout))
    }

    /// Adjusts whatever else the context tells of the activity. It is called with what the annotation
    /// says, and in turn with the methods above.
    pub fn info(mut self, adjust: impl Fn(&mut ActivityInfo) + Send + Sync + 'static) -> Self {
        self.info.push(Arc::new(adjust));
        self
    }

    /// Sets the details that the previous attempt recorded with its last heartbeat.
    ///
    /// # Errors
    /// The error of the serialisation, if the details cannot be serialised.
    #[allow(clippy::needless_pass_by_value, reason = "`record_heartbeat` takes a value too")]
    pub fn heartbeat_details<T: TemporalSerializable + 'static>(
        mut self,
        details: T,
    ) -> Result<Self, PayloadConversionError> {
        self.details = Some(RecordedHeartbeat::of(&details)?.details());
        Ok(self)
    }

    /// Sets the client that the context returns. Without one, an activity that asks for it panics.
    pub fn client(mut self, client: &Client) -> Self {
        self.client = Some(client.clone());
        self
    }

    /// Runs the activity to its end.
    ///
    /// # Errors
    /// The errors of the activity; and the failure `MissingState`, not retryable, if it takes a
    /// `State<T>` that the test was not given.
    ///
    /// # Panics
    /// Panics if the activity does, and as [`start`](Self::start) does.
    pub async fn run<A>(&self, arguments: A::Arguments) -> Result<A::Output, ActivityError>
    where
        A: Activity + ExecutableActivity<Implementer = Dependencies>,
        A::Input: Send + Sync,
        A::Output: Send + Sync,
    {
        self.start::<A>(arguments).await
    }

    /// Starts the activity, so that the test can do something while it runs.
    ///
    /// # Panics
    /// Outside of a Tokio runtime, and when the options of the annotation contradict each other, with
    /// which no worker would start.
    pub fn start<A>(&self, arguments: A::Arguments) -> RunningActivity<A>
    where
        A: Activity + ExecutableActivity<Implementer = Dependencies>,
        A::Input: Send + Sync,
        A::Output: Send + Sync,
    {
        let heartbeats = Heartbeats::default();
        *self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner) = heartbeats.clone();
        let shutdown = Arc::new(WorkerShutdown::default());
        let environment = self.environment::<A>(&shutdown, &heartbeats);
        RunningActivity::start(environment, arguments.into_wire(), shutdown, heartbeats)
    }

    /// The heartbeats of the run that was started last, in order, until now.
    ///
    /// They can be read as any type that what was recorded deserialises to.
    ///
    /// # Errors
    /// [`HeartbeatError`] names the first one that is not a `T`.
    pub fn heartbeats<T: TemporalDeserializable + 'static>(
        &self,
    ) -> Result<Vec<T>, HeartbeatError> {
        self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner).all()
    }

    /// The SDK's environment for one run.
    fn environment<A>(
        &self,
        shutdown: &Arc<WorkerShutdown>,
        heartbeats: &Heartbeats,
    ) -> ActivityEnvironment
    where
        A: Activity + ExecutableActivity<Implementer = Dependencies>,
        A::Input: Send + Sync,
        A::Output: Send + Sync,
    {
        let mut dependencies = self.dependencies.clone();
        dependencies.insert(Arc::clone(shutdown));
        dependencies.insert(Arc::new(ObserveHeartbeats));
        let given = Given::<A>::new(dependencies);
        let mut info = annotated_info::<A>();
        for adjust in &self.info {
            adjust(&mut info);
        }
        let heartbeats = heartbeats.clone();
        let mut builder = ActivityEnvironment::builder_with_default()
            .register_activities(given)
            .on_heartbeat(move |details| heartbeats.record(details));
        if let Some(details) = &self.details {
            let set = builder.heartbeat_details(details.clone());
            builder = set.expect("what is serialised already needs no conversion");
        }
        let client = self.client.as_ref().map(|client| client.sdk().clone());
        builder.info(info).maybe_client(client).build()
    }
}

/// Returns the information about an activity that was called without options and is on its first attempt.
fn annotated_info<A: Activity>() -> ActivityInfo {
    let resolved = ActivityOptions::default().resolve(A::options(), Configured::default());
    let resolved = resolved.unwrap_or_else(|error| panic!("activity {}: {error}", A::NAME));
    let options = resolved.options;
    let now = SystemTime::now();
    let timeouts = [options.start_to_close_timeout, options.schedule_to_close_timeout];
    let mut info = TestActivityInfoOptions::builder()
        .activity_type(A::NAME)
        .task_queue(options.task_queue.as_deref().unwrap_or(A::QUEUE))
        .build();
    info.heartbeat_timeout = limit(options.heartbeat_timeout);
    info.retry_policy = options.retry.map(RetryOptions::into_policy);
    info.priority = options.priority.unwrap_or_default();
    info.scheduled_time = Some(now);
    info.current_attempt_scheduled_time = Some(now);
    info.started_time = Some(now);
    info.deadline = timeouts.into_iter().filter_map(limit).min().map(|timeout| now + timeout);
    info
}
