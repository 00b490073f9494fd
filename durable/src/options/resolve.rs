//! Merges the layers of options, and checks the result. Nothing else merges options.
//!
//! A value that is built in or configured for all types never contradicts one that was set for the
//! activity or workflow: it is adjusted to that value.

use std::time::Duration;

use super::configured::Configured;
use super::problem::{OptionName, OptionProblem};
use super::retry::RetryOptions;
use super::source::{EXPLICIT, OptionSource};
use super::{ActivityOptions, InvalidOptions, WorkflowOptions, check, limit};

/// The options of a problem of the time for attempts.
const OF_ATTEMPTS: &[OptionName] =
    &[OptionName::ScheduleToCloseTimeout, OptionName::StartToCloseTimeout];

/// The merged options, with the sources of the timeouts.
#[derive(Debug)]
pub(crate) struct Resolved<O, T> {
    pub(crate) options: O,
    pub(crate) timeouts: T,
}

/// A duration of the merged options, with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sourced {
    pub(crate) length: Option<Duration>,
    pub(crate) source: OptionSource,
}

impl Sourced {
    /// Returns the duration as a limit, or `None` if there is no limit.
    pub(crate) fn limit(self) -> Option<Duration> {
        limit(self.length)
    }
}

/// The merged timeouts of an activity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivityTimeouts {
    pub(crate) start_to_close: Sourced,
    pub(crate) schedule_to_close: Sourced,
    pub(crate) schedule_to_start: Sourced,
    pub(crate) heartbeat: Sourced,
}

/// The merged timeouts of a workflow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkflowTimeouts {
    pub(crate) execution: Sourced,
    pub(crate) run: Sourced,
}

impl ActivityOptions {
    /// Merges the options of a call with those of the annotation, the configuration and the built-in
    /// ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists the problems of the merged options.
    pub(crate) fn resolve(
        self,
        annotation: Self,
        configured: Configured<Self>,
    ) -> Result<Resolved<Self, ActivityTimeouts>, InvalidOptions> {
        let layers = layers(self, annotation, configured, Self::built_in());
        let timeout = |get: fn(&Self) -> Option<Duration>| strongest(&layers, get);
        let mut timeouts = ActivityTimeouts {
            start_to_close: timeout(|options| options.start_to_close_timeout),
            schedule_to_close: timeout(|options| options.schedule_to_close_timeout),
            schedule_to_start: timeout(|options| options.schedule_to_start_timeout),
            heartbeat: timeout(|options| options.heartbeat_timeout),
        };
        let mut intervals = Intervals::of(&layers, |options| options.retry.as_ref());
        let mut problems = Vec::new();
        timeouts.agree(&mut problems);
        intervals.agree(&mut problems);
        let mut options = merged(layers, Self::or);
        options.start_to_close_timeout = timeouts.start_to_close.length;
        options.schedule_to_close_timeout = timeouts.schedule_to_close.length;
        options.schedule_to_start_timeout = timeouts.schedule_to_start.length;
        options.heartbeat_timeout = timeouts.heartbeat.length;
        options.retry = intervals.put_into(options.retry, &mut problems);
        check::activity(&mut problems, &options);
        InvalidOptions::unless_empty(problems)?;
        Ok(Resolved { options, timeouts })
    }

    pub(crate) fn built_in() -> Self {
        Self {
            start_to_close_timeout: Some(Duration::from_secs(1200)),
            retry: Some(RetryOptions::of_activities()),
            ..Self::default()
        }
    }
}

impl ActivityTimeouts {
    fn agree(&mut self, problems: &mut Vec<OptionProblem>) {
        let Self { start_to_close, schedule_to_close, schedule_to_start, heartbeat } = self;
        if start_to_close.limit().is_none() && schedule_to_close.limit().is_none() {
            problems.push(OptionProblem::new(
                OF_ATTEMPTS,
                "neither start_to_close_timeout nor schedule_to_close_timeout is set; \
                 set one, because Temporal needs one of them",
            ));
        }
        let agreed = fit(start_to_close, schedule_to_close, EXPLICIT);
        // The server shortens a heartbeat timeout to that of the attempt. One that was set for this
        // activity extends a weaker timeout of the attempt, within the limit of all attempts together.
        if let (Some(beat), Some(attempt)) = (heartbeat.limit(), start_to_close.limit())
            && beat > attempt
            && heartbeat.source.strength() > start_to_close.source.strength()
        {
            let firm = schedule_to_close.source.strength() >= EXPLICIT;
            let all = schedule_to_close.limit().filter(|_| firm).unwrap_or(Duration::MAX);
            *start_to_close = Sourced { length: Some(beat.min(all)), ..*heartbeat };
        }
        fit(heartbeat, start_to_close, NEVER_REFUSED);
        fit(schedule_to_start, schedule_to_close, NEVER_REFUSED);
        if !(agreed && fit(start_to_close, schedule_to_close, EXPLICIT)) {
            problems.push(OptionProblem::new(OF_ATTEMPTS, format!(
                "start_to_close_timeout ({:?}) is longer than schedule_to_close_timeout ({:?}), \
                 which limits all attempts together; set schedule_to_close_timeout too",
                start_to_close.length.unwrap_or_default(),
                schedule_to_close.length.unwrap_or_default(),
            )));
        }
    }
}

impl WorkflowOptions {
    /// Merges the options of a start with those of the annotation and the configuration. None are built
    /// in.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists the problems of the merged options.
    pub(crate) fn resolve(
        self,
        annotation: Self,
        configured: Configured<Self>,
    ) -> Result<Resolved<Self, WorkflowTimeouts>, InvalidOptions> {
        let layers = layers(self, annotation, configured, Self::default());
        let mut execution = strongest(&layers, |options| options.execution_timeout);
        let mut run = strongest(&layers, |options| options.run_timeout);
        let mut intervals = Intervals::of(&layers, |options| options.retry.as_ref());
        let mut problems = Vec::new();
        if !fit(&mut run, &mut execution, ONLY_EQUAL_REFUSED) {
            problems.push(OptionProblem::new(
                &[OptionName::ExecutionTimeout, OptionName::RunTimeout],
                format!(
                    "run_timeout ({:?}) is longer than execution_timeout ({:?}), which limits all \
                 runs together; set execution_timeout too",
                    run.length.unwrap_or_default(),
                    execution.length.unwrap_or_default(),
                ),
            ));
        }
        intervals.agree(&mut problems);
        let mut options = merged(layers, Self::or);
        options.execution_timeout = execution.length;
        options.run_timeout = run.length;
        options.retry = intervals.put_into(options.retry, &mut problems);
        check::workflow(&mut problems, &options);
        InvalidOptions::unless_empty(problems)?;
        Ok(Resolved { options, timeouts: WorkflowTimeouts { execution, run } })
    }
}

/// The server's default of `initial_interval`.
const SERVER_INITIAL_INTERVAL: Duration = Duration::from_secs(1);

/// The intervals of retries. The initial interval must not be longer than the maximum interval.
struct Intervals {
    initial: Sourced,
    maximum: Sourced,
}

impl Intervals {
    fn of<O>(layers: &Layers<O>, retry: fn(&O) -> Option<&RetryOptions>) -> Self {
        Self {
            initial: strongest(layers, |options| retry(options)?.initial_interval),
            maximum: strongest(layers, |options| retry(options)?.maximum_interval),
        }
    }

    fn agree(&mut self, problems: &mut Vec<OptionProblem>) {
        // The server's default is adjusted like a built-in value.
        if self.initial.length.is_none()
            && self.maximum.limit().is_some_and(|max| max < SERVER_INITIAL_INTERVAL)
        {
            self.initial = self.maximum;
        }
        if !fit(&mut self.initial, &mut self.maximum, EXPLICIT) {
            problems.push(OptionProblem::new(&[OptionName::InitialInterval, OptionName::MaximumInterval], format!(
                "retry maximum_interval ({:?}) is shorter than initial_interval ({:?}); set both",
                self.maximum.length.unwrap_or_default(),
                self.initial.length.unwrap_or_default(),
            )));
        }
    }

    fn put_into(
        self,
        retry: Option<RetryOptions>,
        problems: &mut Vec<OptionProblem>,
    ) -> Option<RetryOptions> {
        let retry = retry.map(|retry| RetryOptions {
            initial_interval: self.initial.length,
            maximum_interval: self.maximum.length,
            ..retry
        });
        if let Some(retry) = &retry {
            check::retry(problems, retry);
        }
        retry
    }
}

/// The layers with their sources, from the highest precedence.
type Layers<O> = [(OptionSource, O); 5];

fn layers<O>(call: O, annotation: O, configured: Configured<O>, built_in: O) -> Layers<O> {
    [
        (OptionSource::Call, call),
        (OptionSource::Annotation, annotation),
        (OptionSource::ConfiguredForType, configured.of_type),
        (OptionSource::ConfiguredForAll, configured.of_all),
        (OptionSource::BuiltIn, built_in),
    ]
}

fn merged<O: Default>(layers: Layers<O>, or: fn(O, O) -> O) -> O {
    layers.into_iter().map(|(_, options)| options).fold(O::default(), or)
}

/// Returns the value of the layer with the highest precedence that has one.
fn strongest<O>(layers: &Layers<O>, get: impl Fn(&O) -> Option<Duration>) -> Sourced {
    let set = layers.iter().find_map(|(source, options)| {
        get(options).map(|length| Sourced { length: Some(length), source: *source })
    });
    set.unwrap_or(Sourced { length: None, source: OptionSource::BuiltIn })
}

/// The strength from which on contradictory values are an error, if only values of one strength are.
const ONLY_EQUAL_REFUSED: u8 = 3;
/// The strength for values that may contradict each other, because the server shortens one of them.
const NEVER_REFUSED: u8 = u8::MAX;

/// Makes one limit fit into another by changing the weaker one, and returns `true` if they agree.
///
/// Neither is changed if both have at least the strength `refused`, or if their strengths are equal.
fn fit(shorter: &mut Sourced, longer: &mut Sourced, refused: u8) -> bool {
    let (Some(short), Some(long)) = (shorter.limit(), longer.limit()) else { return true };
    if short <= long {
        return true;
    }
    let (one, other) = (shorter.source.strength(), longer.source.strength());
    if one == other || one.min(other) >= refused {
        return false;
    }
    if one < other {
        *shorter = *longer;
    } else {
        *longer = *shorter;
    }
    true
}
