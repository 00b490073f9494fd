//! The precedence and the checks, as rules.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_call_beats_the_annotation_and_the_annotation_the_built_in_values() {
    let annotation = ActivityOptions::default()
        .start_to_close_timeout(30 * SECOND)
        .retry(RetryOptions::default().maximum_attempts(3));
    let call = ActivityOptions::default()
        .start_to_close_timeout(7 * SECOND)
        .retry(RetryOptions::default().initial_interval(SECOND));

    let merged = call.resolve(annotation, ActivityOptions::default()).unwrap();

    assert_eq!(merged.start_to_close_timeout, Some(7 * SECOND));
    assert_eq!(merged.heartbeat_timeout, Some(300 * SECOND));
    let retry = merged.retry.unwrap();
    assert_eq!(retry.initial_interval, Some(SECOND));
    assert_eq!(retry.maximum_attempts, Some(3));
    assert_eq!(retry.maximum_interval, Some(60 * SECOND));
}

#[test]
fn built_in_values_are_those_of_the_documentation() {
    let activity = ActivityOptions::default()
        .resolve(ActivityOptions::default(), ActivityOptions::default())
        .unwrap();
    assert_eq!(activity.start_to_close_timeout, Some(1200 * SECOND));
    assert_eq!(activity.schedule_to_close_timeout, Some(3600 * SECOND));
    let workflow = WorkflowOptions::default()
        .resolve(WorkflowOptions::default(), WorkflowOptions::default())
        .unwrap();
    assert_eq!(workflow.execution_timeout, Some(86_400 * SECOND));
    assert_eq!(workflow.run_timeout, Some(7200 * SECOND));
    assert_eq!(workflow.task_timeout, Some(10 * SECOND));
    assert_eq!(workflow.retry, Some(RetryOptions::built_in()));
}

#[test]
fn every_impossible_combination_is_reported_at_once() {
    let error = ActivityOptions::default()
        .start_to_close_timeout(7200 * SECOND)
        .retry(RetryOptions::default().backoff_coefficient(0.5).initial_interval(90 * SECOND))
        .resolve(ActivityOptions::default(), ActivityOptions::default())
        .unwrap_err();

    let text = error.to_string();
    assert_eq!(error.problems.len(), 3, "{text}");
    assert!(text.contains("set schedule_to_close_timeout too"), "{text}");
    assert!(text.contains("backoff_coefficient is 0.5"), "{text}");
    assert!(text.contains("maximum_interval (60s) is shorter"), "{text}");
}

#[test]
fn an_activity_needs_a_close_timeout() {
    let error = ActivityOptions::default()
        .start_to_close_timeout(Duration::ZERO)
        .schedule_to_close_timeout(Duration::ZERO)
        .resolve(ActivityOptions::default(), ActivityOptions::default())
        .unwrap_err();
    assert!(error.to_string().contains("Temporal needs one of them"), "{error}");
}

#[test]
fn a_built_in_run_timeout_gives_way_to_a_shorter_execution_timeout() {
    let merged = WorkflowOptions::default()
        .execution_timeout(60 * SECOND)
        .resolve(WorkflowOptions::default(), WorkflowOptions::default())
        .unwrap();
    assert_eq!(merged.run_timeout, Some(60 * SECOND));
    let error = WorkflowOptions::default()
        .run_timeout(172_800 * SECOND)
        .resolve(WorkflowOptions::default(), WorkflowOptions::default())
        .unwrap_err();
    assert!(error.to_string().contains("set execution_timeout too"), "{error}");
}

#[test]
fn the_configuration_stands_between_the_annotation_and_the_built_in_values() {
    let options = |seconds| ActivityOptions::default().heartbeat_timeout(seconds * SECOND);
    let retry = |attempts: u32| RetryOptions::default().maximum_attempts(attempts);
    let configured = ConfiguredOptions::default()
        .activities(options(40).retry(retry(4).initial_interval(3 * SECOND)))
        .activity("charge", options(30).retry(retry(3)));
    let resolved = |call: ActivityOptions, annotation, name| {
        call.resolve(annotation, configured.of_activity(name)).unwrap()
    };
    let nothing = ActivityOptions::default;
    let heartbeat = |options: ActivityOptions| options.heartbeat_timeout.unwrap();

    assert_eq!(heartbeat(resolved(options(10), options(20), "charge")), 10 * SECOND);
    assert_eq!(heartbeat(resolved(nothing(), options(20), "charge")), 20 * SECOND);
    assert_eq!(heartbeat(resolved(nothing(), nothing(), "charge")), 30 * SECOND);
    assert_eq!(heartbeat(resolved(nothing(), nothing(), "ship")), 40 * SECOND);
    let merged = resolved(nothing(), nothing(), "charge").retry.unwrap();
    assert_eq!(merged.maximum_attempts, Some(3));
    assert_eq!(merged.initial_interval, Some(3 * SECOND));
    assert_eq!(merged.maximum_interval, Some(60 * SECOND));
}

#[test]
fn a_configured_run_timeout_yields_to_what_the_code_says_of_the_workflow() {
    let configured = WorkflowOptions::default().run_timeout(1000 * SECOND);
    let annotation = WorkflowOptions::default().execution_timeout(60 * SECOND);
    let call = WorkflowOptions::default();
    let merged = call.resolve(annotation, configured.clone()).unwrap();
    assert_eq!(merged.run_timeout, Some(60 * SECOND));

    let configured = configured.execution_timeout(60 * SECOND);
    let nothing = WorkflowOptions::default;
    let error = nothing().resolve(nothing(), configured).unwrap_err();
    assert!(error.to_string().contains("run_timeout (1000s)"), "{error}");
}
