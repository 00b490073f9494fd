//! Checks merged options against the server's limits.
//!
//! The server refuses a start with an invalid value. A call in a workflow would be worse: server 1.32.0
//! refuses the command, and SDK 1.1.1 repeats the workflow task forever.

use std::time::Duration;

use temporalio_common::Priority;

use super::problem::{OptionName, OptionProblem};
use super::{ActivityOptions, RetryOptions, WorkflowOptions};

/// The server's default limit of the length of an id or a name, in bytes.
const LONGEST_NAME: usize = 1000;

/// The limit of the length of a fairness key, in bytes.
const LONGEST_FAIRNESS_KEY: usize = 64;

/// The longest duration that the protocol can represent: 10,000 years.
pub(crate) const LONGEST: Duration = Duration::from_secs(315_576_000_000);

/// Adds the problems of an id or a name.
pub(crate) fn name<P: From<String>>(problems: &mut Vec<P>, what: &str, name: &str) {
    if name.is_empty() {
        problems.push(format!("the {what} is empty").into());
    } else if name.len() > LONGEST_NAME {
        problems.push(
            format!(
                "the {what} has {} bytes, and the server's limit is {LONGEST_NAME}",
                name.len(),
            )
            .into(),
        );
    }
}

/// Adds the problems of a task queue's name.
pub(crate) fn queue<P: From<String>>(problems: &mut Vec<P>, queue: Option<&String>) {
    let Some(queue) = queue else { return };
    name(problems, "task queue", queue);
    if queue.starts_with("/_sys/") {
        problems.push(
            "the task queue begins with `/_sys/`, which is reserved for the server"
                .to_owned()
                .into(),
        );
    }
}

/// Adds the problems of a duration.
pub(crate) fn duration<P: From<String>>(
    problems: &mut Vec<P>,
    what: &str,
    duration: Option<Duration>,
) {
    if duration.is_some_and(|duration| duration > LONGEST) {
        problems.push(
            format!("{what} is longer than the maximum of 10,000 years; zero means no limit")
                .into(),
        );
    }
}

/// Adds the problems of the individual values of retry options.
pub(super) fn retry(problems: &mut Vec<OptionProblem>, retry: &RetryOptions) {
    for (what, interval) in [
        ("retry initial_interval", retry.initial_interval),
        ("retry maximum_interval", retry.maximum_interval),
    ] {
        if interval.is_some_and(|interval| interval > LONGEST) {
            problems.push(format!("{what} is longer than the maximum of 10,000 years").into());
        }
    }
    if let Some(coefficient) = retry.backoff_coefficient
        && !(coefficient >= 1.0 && coefficient.is_finite())
    {
        problems.push(OptionProblem::new(
            &[OptionName::BackoffCoefficient],
            format!("retry backoff_coefficient is {coefficient}; it must be 1 or more"),
        ));
    }
    if retry.initial_interval.is_some_and(|interval| interval.is_zero()) {
        problems.push(OptionProblem::new(
            &[OptionName::InitialInterval],
            "retry initial_interval is 0s; it must be longer",
        ));
    }
}

fn priority(problems: &mut Vec<OptionProblem>, priority: Option<&Priority>) {
    let Some(priority) = priority else { return };
    if priority.priority_key.is_some_and(|key| i32::try_from(key).is_err()) {
        problems.push(
            "the priority key is larger than 2147483647; 1 is the highest priority"
                .to_owned()
                .into(),
        );
    }
    if priority.fairness_weight.is_some_and(|weight| weight < 0.0) {
        problems.push("the fairness weight is negative".to_owned().into());
    }
    let length = priority.fairness_key.as_ref().map_or(0, String::len);
    if length > LONGEST_FAIRNESS_KEY {
        problems.push(format!(
            "the fairness key has {length} bytes, and the server's limit is {LONGEST_FAIRNESS_KEY}"
        ).into());
    }
}

pub(super) fn activity(problems: &mut Vec<OptionProblem>, options: &ActivityOptions) {
    duration(problems, "start_to_close_timeout", options.start_to_close_timeout);
    duration(problems, "schedule_to_close_timeout", options.schedule_to_close_timeout);
    duration(problems, "schedule_to_start_timeout", options.schedule_to_start_timeout);
    duration(problems, "heartbeat_timeout", options.heartbeat_timeout);
    queue(problems, options.task_queue.as_ref());
    priority(problems, options.priority.as_ref());
    if let Some(id) = &options.activity_id {
        name(problems, "activity id", id);
    }
}

pub(super) fn workflow(problems: &mut Vec<OptionProblem>, options: &WorkflowOptions) {
    duration(problems, "execution_timeout", options.execution_timeout);
    duration(problems, "run_timeout", options.run_timeout);
    duration(problems, "task_timeout", options.task_timeout);
    queue(problems, options.task_queue.as_ref());
    priority(problems, options.priority.as_ref());
}
