//! The form in which a worker runs an annotated activity: its own, with bad input answered, and an
//! output that is too large.

use std::future::ready;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryFutureExt as _};
use temporalio_common::ActivityDefinition;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::WorkflowRegistrationError;
use temporalio_sdk::activities::{ActivityContext, ActivityError, ExecutableActivity};

use super::stop::WORKER_SHUTDOWN;
use crate::definition::arguments::Decoded;
use crate::definition::entry::Target;
use crate::definition::{
    Activity, ActivityAttempt, Attempts, Dependencies, Payload, WorkerShutdown,
};
use crate::error::payload_limit::{Measured, PayloadLimit, Value};

/// Registers an annotated activity with a worker; a replay takes what activities did from the history.
///
/// # Errors
/// None; it has the form that workflows need.
#[allow(clippy::unnecessary_wraps, reason = "one form serves workflows and activities")]
pub(crate) fn register<A>(target: &mut Target<'_>) -> Result<(), WorkflowRegistrationError>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    match target {
        Target::Worker(options, dependencies) => {
            options.register_activity::<Served<A>>(Arc::clone(dependencies));
        }
        #[cfg(feature = "testing")]
        Target::Replayer(_) => {}
    }
    Ok(())
}

struct Served<A>(PhantomData<fn() -> A>);

impl<A: Activity> ActivityDefinition for Served<A>
where
    A::Input: Payload,
{
    type Input = Decoded<A::Input>;
    type Output = Measured<A::Output>;

    fn name(&self) -> &str {
        A::NAME
    }
}

impl<A> ExecutableActivity for Served<A>
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
        match input.0 {
            Ok(input) => {
                let limit = dependencies.as_ref().and_then(|given| given.get::<PayloadLimit>());
                let limit = limit.as_deref().copied().unwrap_or_default();
                let value = Value::new("output of activity", A::NAME);
                let output = counted::<A>(dependencies, context, input);
                output.map_ok(move |inner| Measured { inner, value, limit }).boxed()
            }
            // Trying again cannot make the input fit, so the failure says not to.
            Err(error) => {
                let message = format!("activity {}: {}", A::NAME, error.describe(A::PARAMETERS));
                let failure = ApplicationFailure::builder(message)
                    .type_name(crate::error::INVALID_INPUT.to_owned())
                    .non_retryable(true)
                    .build();
                ready(Err(ActivityError::application(failure))).boxed()
            }
        }
    }
}

/// The end of a declared activity where a test serves it, and has no mock of it.
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

/// Runs an attempt, and lets the worker know that it is under way.
fn counted<A>(
    dependencies: Option<Arc<Dependencies>>,
    context: ActivityContext,
    input: A::Input,
) -> BoxFuture<'static, Result<A::Output, ActivityError>>
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Output: Send,
{
    let given = dependencies.as_ref();
    let attempts = given.and_then(|given| given.get::<Attempts>());
    let Some(attempts) = attempts else { return execute::<A>(dependencies, context, input) };
    let info = context.info();
    let shutdown = given.and_then(|given| given.get::<WorkerShutdown>());
    let shutdown = shutdown.filter(|_| info.is_local);
    let running = attempts.begin(ActivityAttempt {
        queue: info.task_queue.clone(),
        activity: A::NAME.to_owned(),
        workflow_id: info.workflow_id.clone(),
        attempt: info.attempt,
    });
    let told = context.clone();
    let output = execute::<A>(dependencies, context, input);
    output
        .map_err(move |error| {
            let shutdown = shutdown.filter(|_| !told.is_cancelled());
            if told.is_cancelled() || shutdown.as_ref().is_some_and(|it| it.is_drain_over()) {
                running.cancelled();
            }
            match shutdown.filter(|shutdown| is_for_shutdown(&error, shutdown)) {
                Some(shutdown) => {
                    shutdown.hand_over(told.info().workflow_run_id.as_deref().unwrap_or_default());
                    // Another failure might be tried again here, for which the SDK would wait.
                    ActivityError::Cancelled { details: None }
                }
                None => error,
            }
        })
        .boxed()
}

/// Whether a local activity has ended only because its worker stops. What it ended with must not become
/// part of the workflow's history: as a cancellation it would be final.
fn is_for_shutdown(error: &ActivityError, shutdown: &WorkerShutdown) -> bool {
    match error {
        ActivityError::Cancelled { .. } => shutdown.is_drain_over(),
        ActivityError::Application(failure) => {
            shutdown.is_announced() && failure.type_name() == Some(WORKER_SHUTDOWN)
        }
        _ => false,
    }
}

/// Runs an attempt, as a test environment wants it where there is one.
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
