//! The log of an attempt of an activity: its ids on everything that it logs, and a warning if it fails.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_common::RetryPolicy;
use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tracing::{Instrument as _, Span};

use crate::definition::{Dependencies, panic_message};
use crate::error::logged::logged_application;
use crate::logs::{self, AttemptIds, CallersSubscriber};

/// The log of an attempt.
pub(super) struct AttemptLog {
    subscriber: CallersSubscriber,
    span: Span,
    activity: &'static str,
    attempt: u32,
    retries: Option<RetryPolicy>,
}

impl AttemptLog {
    /// Creates the log of an attempt of the activity with this name, whose type is the `target` of log lines.
    pub(super) fn new(
        activity: &'static str,
        target: &'static str,
        dependencies: Option<&Arc<Dependencies>>,
        context: &ActivityContext,
    ) -> Self {
        let subscriber = dependencies.and_then(|given| given.get::<CallersSubscriber>());
        let subscriber =
            subscriber.map_or_else(CallersSubscriber::current, |given| (*given).clone());
        let info = context.info();
        let ids = AttemptIds {
            activity_type: activity,
            activity_id: &info.activity_id,
            attempt: info.attempt,
            workflow_type: info.workflow_type.as_deref(),
            workflow_id: info.workflow_id.as_deref(),
            run_id: info.workflow_run_id.as_deref(),
            task_queue: &info.task_queue,
        };
        let span = subscriber.within(|| logs::attempt(target, &ids));
        Self {
            subscriber,
            span,
            activity,
            attempt: info.attempt,
            retries: info.retry_policy.clone(),
        }
    }

    /// Runs the attempt with its log.
    pub(super) fn around<T: Send + 'static>(
        self,
        attempt: BoxFuture<'static, Result<T, ActivityError>>,
    ) -> BoxFuture<'static, Result<T, ActivityError>> {
        let (subscriber, span) = (self.subscriber.clone(), self.span.clone());
        let logged = async move {
            match AssertUnwindSafe(attempt).catch_unwind().await {
                Ok(Ok(output)) => Ok(output),
                Ok(Err(error)) => {
                    if let ActivityError::Application(failure) = &error {
                        self.failed(failure);
                    }
                    Err(error)
                }
                Err(panic) => {
                    let next = self.next_retry(false, None, None);
                    self.warn(next, &format!("it panicked: {}", panic_message(&*panic)));
                    resume_unwind(panic)
                }
            }
        };
        subscriber.around(logged.instrument(span).boxed()).boxed()
    }

    fn failed(&self, failure: &ApplicationFailure) {
        let next = self.next_retry(
            failure.is_non_retryable(),
            failure.type_name(),
            failure.next_retry_delay(),
        );
        self.warn(next, &logged_application(failure));
    }

    /// Returns the pause before the next attempt, or `None` if there is none. The server may end the
    /// attempts earlier, by the timeout for all of them.
    fn next_retry(
        &self,
        is_final: bool,
        type_name: Option<&str>,
        set: Option<Duration>,
    ) -> Option<Duration> {
        let retries = self.retries.as_ref()?;
        let types = retries.non_retryable_error_types();
        let is_last = retries.maximum_attempts() > 0 && self.attempt >= retries.maximum_attempts();
        let is_of_type = |name: &str| types.iter().any(|other| other == name);
        if is_final || is_last || type_name.is_some_and(is_of_type) {
            return None;
        }
        set.or_else(|| pause(retries, self.attempt))
    }

    fn warn(&self, next: Option<Duration>, message: &str) {
        let Self { activity, attempt, .. } = self;
        let maximum = self.retries.as_ref().map_or(0, RetryPolicy::maximum_attempts);
        let of = if maximum > 0 { format!(" of {maximum}") } else { String::new() };
        let next_text = match next {
            Some(pause) => format!("the next in {pause:.1?}"),
            None => "no further attempt".to_owned(),
        };
        tracing::warn!(
            maximum_attempts = (maximum > 0).then_some(maximum),
            next_retry_seconds = next.map(|pause| pause.as_secs_f64()),
            "attempt {attempt}{of} of activity `{activity}` failed, {next_text}: {message}"
        );
    }
}

/// Returns the pause after an attempt, as the server computes it.
fn pause(retries: &RetryPolicy, attempt: u32) -> Option<Duration> {
    let first = retries.initial_interval().as_secs_f64();
    let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let pause = first * retries.backoff_coefficient().max(1.0).powi(exponent);
    // Without a longest interval, the server takes 100 times the first.
    let longest = retries.maximum_interval().map_or(first * 100.0, |longest| longest.as_secs_f64());
    Duration::try_from_secs_f64(pause.min(longest)).ok()
}
