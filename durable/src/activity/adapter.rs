//! The adapter through which a worker runs an annotated activity.
//!
//! It rejects invalid inputs and outputs that are too large with failures that name the problem. The functions
//! around an attempt know its output's type alone, so that rustc compiles them once for several activities.

use std::future::{poll_fn, ready};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryFutureExt as _};
use temporalio_common::ActivityDefinition;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::WorkflowRegistrationError;
use temporalio_sdk::activities::{ActivityContext, ActivityError, ExecutableActivity};

use super::context::limit_of;
use super::log::AttemptLog;
use super::stop::WORKER_SHUTDOWN;
use crate::definition::arguments::{DecodeError, Decoded};
use crate::definition::entry::Target;
use crate::definition::{
    Activity, ActivityAttempt, Attempts, Dependencies, Parameter, Payload, Running, WorkerShutdown,
};
use crate::error::measured::{Bound, Measured};
use crate::error::payload_limit::{PayloadLimit, Value};
use crate::error::{INVALID_INPUT, UNKNOWN_ENCODING};

type Attempt<T> = BoxFuture<'static, Result<T, ActivityError>>;

/// Registers an annotated activity with a worker. A replayer needs no activities, because their results
/// are in the history.
///
/// # Errors
/// Never returns one; the signature is that of the registration of workflows.
#[allow(clippy::unnecessary_wraps, reason = "the signature is also that of workflows")]
pub(crate) fn register<A>(target: &mut Target<'_>) -> Result<(), WorkflowRegistrationError>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    match target {
        Target::Worker(options, dependencies) => {
            options.register_activity::<ActivityAdapter<A>>(Arc::clone(dependencies));
        }
        #[cfg(feature = "testing")]
        Target::Replayer(_) => {}
    }
    Ok(())
}

/// An annotated activity as the SDK runs it.
struct ActivityAdapter<A>(PhantomData<fn() -> A>);

impl<A: Activity> ActivityDefinition for ActivityAdapter<A>
where
    A::Input: Payload,
{
    type Input = Decoded<A::Input>;
    type Output = Measured<A::Output>;

    fn name(&self) -> &str {
        A::NAME
    }
}

impl<A> ExecutableActivity for ActivityAdapter<A>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload,
    A::Output: Send,
{
    type Implementer = Dependencies;
    const REQUIRES_INSTANCE: bool = true;

    fn definition() -> Self {
        Self(PhantomData)
    }

    fn execute(
        dependencies: Option<Arc<Dependencies>>,
        context: ActivityContext,
        input: Self::Input,
    ) -> BoxFuture<'static, Result<Self::Output, ActivityError>> {
        let given = dependencies.as_ref();
        let log = AttemptLog::new(A::NAME, std::any::type_name::<A>(), given, &context);
        let attempt = match input.0 {
            Ok(input) => {
                let limit = limit_of(given);
                let counted = Counted::begin(A::NAME, given, &context);
                measured(counted.around(execute::<A>(dependencies, context, input)), A::NAME, limit)
            }
            Err(error) => refused(A::NAME, A::PARAMETERS, &error),
        };
        log.around(attempt)
    }
}

/// The pause before an activity is retried whose worker lacks the codec. It leaves time to correct the
/// deployment before the attempts are used up.
const CODEC_RETRY_DELAY: Duration = Duration::from_secs(10);

/// Returns the failure of an activity whose input was not decoded.
fn undecodable(
    activity: &str,
    parameters: &[Parameter],
    error: &DecodeError,
) -> ApplicationFailure {
    let message = format!("activity {activity}: {}", error.describe(parameters));
    let failure = ApplicationFailure::builder(message);
    if error.is_unknown_encoding() {
        let failure = failure.type_name(UNKNOWN_ENCODING.to_owned());
        return failure.next_retry_delay(CODEC_RETRY_DELAY).build();
    }
    // The input does not change, so a retry does not help.
    failure.type_name(INVALID_INPUT.to_owned()).non_retryable(true).build()
}

/// Returns the failure of a declared activity that a test runs without a mock.
pub(crate) fn not_mocked<T: Send + 'static>(
    activity: &str,
) -> BoxFuture<'static, Result<T, ActivityError>> {
    let message = format!(
        "activity {activity} is declared here and served elsewhere; mock it in this test with \
         `env.mock::<{activity}>()`"
    );
    let failure = ApplicationFailure::builder(message).non_retryable(true).build();
    ready(Err(ActivityError::application(failure))).boxed()
}

/// Ends an attempt whose input was not decoded.
fn refused<T: Send + 'static>(
    activity: &str,
    parameters: &[Parameter],
    error: &DecodeError,
) -> Attempt<T> {
    let failure = undecodable(activity, parameters, error);
    ready(Err(ActivityError::application(failure))).boxed()
}

/// Measures the output of an attempt.
fn measured<T: Send + 'static>(
    attempt: Attempt<T>,
    activity: &'static str,
    limit: PayloadLimit,
) -> Attempt<Measured<T>> {
    let value = Value::new("output of activity", activity);
    attempt.map_ok(move |inner| Measured::new(inner, value, Bound::Limit(limit))).boxed()
}

/// The entry of an attempt with its worker.
struct Counted(Option<Entry>);

struct Entry {
    running: Running,
    context: ActivityContext,
    shutdown: Option<Arc<WorkerShutdown>>,
}

impl Counted {
    /// Registers an attempt as running, if a worker runs it.
    fn begin(
        activity: &'static str,
        dependencies: Option<&Arc<Dependencies>>,
        context: &ActivityContext,
    ) -> Self {
        let Some(attempts) = dependencies.and_then(|given| given.get::<Attempts>()) else {
            return Self(None);
        };
        let info = context.info();
        let shutdown = dependencies.and_then(|given| given.get::<WorkerShutdown>());
        let attempt = ActivityAttempt {
            queue: info.task_queue.clone(),
            activity: activity.to_owned(),
            workflow_id: info.workflow_id.clone(),
            attempt: info.attempt,
        };
        let running = attempts.begin(attempt, info.deadline);
        let shutdown = shutdown.filter(|_| info.is_local);
        Self(Some(Entry { running, context: context.clone(), shutdown }))
    }

    /// Polls the attempt as a registered one.
    fn around<T: Send + 'static>(self, mut attempt: Attempt<T>) -> Attempt<T> {
        let Some(entry) = self.0 else { return attempt };
        let polled = entry.running.polled();
        poll_fn(move |cx| polled.poll(|| attempt.poll_unpin(cx)))
            .map_err(move |error| entry.ended(error))
            .boxed()
    }
}

impl Entry {
    /// Returns the error of an attempt for the server.
    fn ended(self, error: ActivityError) -> ActivityError {
        let Self { running, context, shutdown } = self;
        let shutdown = shutdown.filter(|_| !context.is_cancelled());
        if context.is_cancelled() || shutdown.as_ref().is_some_and(|it| it.is_drain_over()) {
            running.cancelled();
        }
        match shutdown.filter(|shutdown| is_for_shutdown(&error, shutdown)) {
            Some(shutdown) => {
                shutdown.hand_over(context.info().workflow_run_id.as_deref().unwrap_or_default());
                // Another failure might be retried here, and the SDK would wait for the retry.
                ActivityError::Cancelled { details: None }
            }
            None => error,
        }
    }
}

/// Returns `true` if a local activity ended only because its worker shuts down. Its error must not get
/// into the workflow's history, where a cancellation would be final.
fn is_for_shutdown(error: &ActivityError, shutdown: &WorkerShutdown) -> bool {
    match error {
        ActivityError::Cancelled { .. } => shutdown.is_drain_over(),
        ActivityError::Application(failure) => {
            shutdown.is_announced() && failure.type_name() == Some(WORKER_SHUTDOWN)
        }
        _ => false,
    }
}

/// Runs an attempt, through the test environment if there is one.
fn execute<A>(
    dependencies: Option<Arc<Dependencies>>,
    context: ActivityContext,
    input: A::Input,
) -> BoxFuture<'static, Result<A::Output, ActivityError>>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Output: Send,
{
    #[cfg(feature = "testing")]
    if let Some(dependencies) = &dependencies
        && let Some(intervention) = dependencies.get::<dyn super::intervention::Intervention>()
    {
        return super::intervention::execute::<A>(&intervention, dependencies, context, input);
    }
    A::execute(dependencies, context, input)
}
