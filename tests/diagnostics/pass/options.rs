//! Every key of the annotations.

use durable::definition::{Activity, WorkflowAnnotation};
use durable::options::{ActivityOptions, RetryOptions, WorkflowOptions};
use durable::prelude::*;
use durable::sdk::temporalio_common::Priority;

#[activity(
    queue = "options",
    name = "everything",
    start_to_close_timeout = "30s",
    schedule_to_close_timeout = "1h30m",
    schedule_to_start_timeout = "5m",
    heartbeat_timeout = "0s",
    retry(
        maximum_attempts = 3,
        initial_interval = "250ms",
        backoff_coefficient = 1.5,
        maximum_interval = "1m",
        non_retryable_error_types = ["CardDeclined", "NoFunds"],
    ),
    summary = "charges the {customer}",
    priority = 2,
)]
async fn everything() {}

#[workflow(
    queue = "options",
    name = "Everything",
    id = "everything",
    execution_timeout = "7d",
    run_timeout = "24h",
    task_timeout = "10s",
    retry(backoff_coefficient = 2),
    summary = "a line",
    details = "several\nlines",
    priority = 1
)]
#[derive(Default)]
struct Everything;

#[workflow_methods]
impl Everything {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

fn priority(key: u32) -> Priority {
    Priority::builder().priority_key(key).build()
}

#[test]
fn an_activity_has_all_its_options() {
    let retry = RetryOptions::default()
        .maximum_attempts(3)
        .initial_interval(Duration::from_millis(250))
        .backoff_coefficient(1.5)
        .maximum_interval(Duration::from_mins(1))
        .non_retryable_error_types(["CardDeclined", "NoFunds"]);
    let options = ActivityOptions::default()
        .start_to_close_timeout(Duration::from_secs(30))
        .schedule_to_close_timeout(Duration::from_mins(90))
        .schedule_to_start_timeout(Duration::from_mins(5))
        .heartbeat_timeout(Duration::ZERO)
        .retry(retry)
        .summary("charges the {customer}")
        .priority(priority(2));
    assert_eq!(everything::options(), options);
}

#[test]
fn a_workflow_has_all_its_options() {
    let options = WorkflowOptions::default()
        .execution_timeout(Duration::from_hours(168))
        .run_timeout(Duration::from_hours(24))
        .task_timeout(Duration::from_secs(10))
        .retry(RetryOptions::default().backoff_coefficient(2.0))
        .summary("a line")
        .details("several\nlines")
        .priority(priority(1));
    assert_eq!(Everything::options(), options);
}
