//! The one merge of the layers, and the check of what comes out of it.
//!
//! A value that was not meant for the activity or workflow itself, as it is built in or configured for
//! all, never contradicts one that was: it yields, by becoming equal to it.

use std::time::Duration;

use super::configured::Configured;
use super::retry::RetryOptions;
use super::source::{EXPLICIT, OptionSource};
use super::{ActivityOptions, InvalidOptions, WorkflowOptions, check, limit};

/// The options that hold, and where their timeouts come from.
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
    /// The limit that it is, if it is one.
    pub(crate) fn limit(self) -> Option<Duration> {
        limit(self.length)
    }
}

/// The timeouts that hold for an activity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActivityTimeouts {
    pub(crate) start_to_close: Sourced,
    pub(crate) schedule_to_close: Sourced,
    pub(crate) schedule_to_start: Sourced,
    pub(crate) heartbeat: Sourced,
}

/// The timeouts that hold for a workflow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkflowTimeouts {
    pub(crate) execution: Sourced,
    pub(crate) run: Sourced,
}

impl ActivityOptions {
    /// The options that a call of an activity ends up with: the call's over the annotation's over the
    /// configured over the built-in ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
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

    fn built_in() -> Self {
        Self {
            start_to_close_timeout: Some(Duration::from_secs(1200)),
            retry: Some(RetryOptions::of_activities()),
            ..Self::default()
        }
    }
}

impl ActivityTimeouts {
    fn agree(&mut self, problems: &mut Vec<String>) {
        let Self { start_to_close, schedule_to_close, schedule_to_start, heartbeat } = self;
        if start_to_close.limit().is_none() && schedule_to_close.limit().is_none() {
            problems.push(
                "neither start_to_close_timeout nor schedule_to_close_timeout is set; \
                 Temporal needs one of them"
                    .to_owned(),
            );
        }
        let agreed = fit(start_to_close, schedule_to_close, EXPLICIT);
        // The server shortens a heartbeat timeout to that of the attempt: one that is meant for this
        // activity makes room for itself, as far as all attempts together have it.
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
            problems.push(format!(
                "start_to_close_timeout ({:?}) is longer than schedule_to_close_timeout ({:?}), so no \
                 attempt could last so long; set schedule_to_close_timeout too",
                start_to_close.length.unwrap_or_default(),
                schedule_to_close.length.unwrap_or_default(),
            ));
        }
    }
}

impl WorkflowOptions {
    /// The options that a start of a workflow ends up with: the call's over the annotation's over the
    /// configured ones. None are built in.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
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
        if !fit(&mut run, &mut execution, ONLY_ALIKE_REFUSED) {
            problems.push(format!(
                "run_timeout ({:?}) is longer than execution_timeout ({:?}), so no run could last so \
                 long; set execution_timeout too",
                run.length.unwrap_or_default(),
                execution.length.unwrap_or_default(),
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

/// The first interval of retries where none is set.
const SERVERS: Duration = Duration::from_secs(1);

/// The intervals of retries, of which the first may be no longer than the longest.
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

    fn agree(&mut self, problems: &mut Vec<String>) {
        // The server's own first interval yields like a built-in one.
        if self.initial.length.is_none() && self.maximum.limit().is_some_and(|max| max < SERVERS) {
            self.initial = self.maximum;
        }
        if !fit(&mut self.initial, &mut self.maximum, EXPLICIT) {
            problems.push(format!(
                "retry maximum_interval ({:?}) is shorter than initial_interval ({:?}); set both",
                self.maximum.length.unwrap_or_default(),
                self.initial.length.unwrap_or_default(),
            ));
        }
    }

    fn put_into(
        self,
        retry: Option<RetryOptions>,
        problems: &mut Vec<String>,
    ) -> Option<RetryOptions> {
        let retry = retry.map(|retry| RetryOptions {
            initial_interval: self.initial.length,
            maximum_interval: self.maximum.length,
            ..retry
        });
        if let Some(retry) = &retry {
            retry.problems(problems);
        }
        retry
    }
}

/// The layers with their sources, from the strongest.
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

/// The value of the strongest layer that has one.
fn strongest<O>(layers: &Layers<O>, get: impl Fn(&O) -> Option<Duration>) -> Sourced {
    let set = layers.iter().find_map(|(source, options)| {
        get(options).map(|length| Sourced { length: Some(length), source: *source })
    });
    set.unwrap_or(Sourced { length: None, source: OptionSource::BuiltIn })
}

/// Two values of this strength, or a stronger one, that contradict each other are refused.
const ONLY_ALIKE_REFUSED: u8 = 3;
/// What contradicts is left as it is: the server shortens it.
const NEVER_REFUSED: u8 = u8::MAX;

/// Makes one limit fit into another, by changing the weaker one; returns whether they agree.
///
/// Neither is changed where both are of the strength `refused`, or where they are alike.
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
