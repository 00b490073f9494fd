//! The configured options of workflows and activities, which calls are merged with.

use std::time::Duration;

use super::value::Values;
use crate::options::{ActivityOptions, ConfiguredOptions, RetryOptions, WorkflowOptions};

/// Returns the options for all types and for single types. Options that aren't set stay empty.
pub(super) fn of(values: &Values) -> ConfiguredOptions {
    let mut configured = ConfiguredOptions::default()
        .workflows(workflow(values, &["workflows"]))
        .activities(activity(values, &["activities"]));
    for name in values.names(&["workflows", "types"]) {
        let options = workflow(values, &["workflows", "types", &name]);
        configured = configured.workflow(name, options);
    }
    for name in values.names(&["activities", "types"]) {
        let options = activity(values, &["activities", "types", &name]);
        configured = configured.activity(name, options);
    }
    configured
}

fn workflow(values: &Values, section: &[&str]) -> WorkflowOptions {
    let seconds = |key| duration(values, section, key);
    WorkflowOptions {
        execution_timeout: seconds("execution_timeout_s"),
        run_timeout: seconds("run_timeout_s"),
        task_timeout: seconds("task_timeout_s"),
        retry: retry(values, section),
        ..WorkflowOptions::default()
    }
}

fn activity(values: &Values, section: &[&str]) -> ActivityOptions {
    let seconds = |key| duration(values, section, key);
    ActivityOptions {
        start_to_close_timeout: seconds("start_to_close_timeout_s"),
        schedule_to_close_timeout: seconds("schedule_to_close_timeout_s"),
        schedule_to_start_timeout: seconds("schedule_to_start_timeout_s"),
        heartbeat_timeout: seconds("heartbeat_timeout_s"),
        retry: retry(values, section),
        ..ActivityOptions::default()
    }
}

fn retry(values: &Values, section: &[&str]) -> Option<RetryOptions> {
    let section = [section, &["retry"]].concat();
    let at = |key| [section.as_slice(), &[key]].concat();
    let retry = RetryOptions {
        maximum_attempts: values.count(&at("maximum_attempts")),
        initial_interval: duration(values, &section, "initial_interval_seconds"),
        backoff_coefficient: values.number(&at("backoff_coefficient")),
        maximum_interval: duration(values, &section, "maximum_interval_seconds"),
        non_retryable_error_types: values
            .texts(&at("non_retryable_error_types"))
            .map(<[String]>::to_vec),
    };
    (retry != RetryOptions::default()).then_some(retry)
}

fn duration(values: &Values, section: &[&str], key: &str) -> Option<Duration> {
    values.duration(&[section, &[key]].concat())
}
