//! Tests of the precedence and the checks.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Returns an empty configuration.
fn no_configuration<O: Default>() -> Configured<O> {
    Configured::default()
}

fn for_type<O: Default>(of_type: O) -> Configured<O> {
    Configured { of_type, of_all: O::default() }
}

fn for_all<O: Default>(of_all: O) -> Configured<O> {
    Configured { of_type: O::default(), of_all }
}

#[test]
fn the_call_overrides_the_annotation_and_the_annotation_the_built_in_values() {
    let annotation = ActivityOptions::new()
        .start_to_close_timeout(30 * SECOND)
        .retry(RetryOptions::new().maximum_attempts(3));
    let call = ActivityOptions::new()
        .start_to_close_timeout(7 * SECOND)
        .retry(RetryOptions::new().initial_interval(SECOND));

    let resolved = call.resolve(annotation, no_configuration()).unwrap();

    assert_eq!(resolved.options.start_to_close_timeout, Some(7 * SECOND));
    assert_eq!(resolved.timeouts.start_to_close.source, OptionSource::Call);
    let retry = resolved.options.retry.unwrap();
    assert_eq!(retry.initial_interval, Some(SECOND));
    assert_eq!(retry.maximum_attempts, Some(3));
    assert_eq!(retry.maximum_interval, Some(60 * SECOND));
}

#[test]
fn only_the_attempt_timeout_and_retries_of_activities_are_built_in() {
    let activity =
        ActivityOptions::new().resolve(ActivityOptions::new(), no_configuration()).unwrap();
    let retry = RetryOptions::new()
        .maximum_attempts(5)
        .initial_interval(5 * SECOND)
        .backoff_coefficient(2.0)
        .maximum_interval(60 * SECOND);
    let expected = ActivityOptions::new().start_to_close_timeout(1200 * SECOND).retry(retry);
    assert_eq!(activity.options, expected);
    assert_eq!(activity.timeouts.start_to_close.source, OptionSource::BuiltIn);

    let workflow =
        WorkflowOptions::new().resolve(WorkflowOptions::new(), no_configuration()).unwrap();
    assert_eq!(workflow.options, WorkflowOptions::new());
}

#[test]
fn all_contradictions_are_reported_together() {
    let error = ActivityOptions::new()
        .start_to_close_timeout(7200 * SECOND)
        .schedule_to_close_timeout(3600 * SECOND)
        .retry(
            RetryOptions::new()
                .backoff_coefficient(0.5)
                .initial_interval(90 * SECOND)
                .maximum_interval(60 * SECOND),
        )
        .resolve(ActivityOptions::new(), no_configuration())
        .unwrap_err();

    let text = error.to_string();
    assert_eq!(error.problems.len(), 3, "{text}");
    assert!(text.contains("set schedule_to_close_timeout too"), "{text}");
    assert!(text.contains("backoff_coefficient is 0.5"), "{text}");
    assert!(text.contains("maximum_interval (60s) is shorter"), "{text}");
}

#[test]
fn an_activity_needs_a_close_timeout() {
    let error = ActivityOptions::new()
        .start_to_close_timeout(Duration::ZERO)
        .resolve(ActivityOptions::new(), no_configuration())
        .unwrap_err();
    assert!(error.to_string().contains("Temporal needs one of them"), "{error}");
}

/// Sets one value of an activity.
type Set = fn(ActivityOptions, Duration) -> ActivityOptions;

/// The pairs of values of which the first must not be longer than the second.
const PAIRS: [(&str, Set, &str, Set); 4] = [
    (
        "start_to_close",
        ActivityOptions::start_to_close_timeout,
        "schedule_to_close",
        ActivityOptions::schedule_to_close_timeout,
    ),
    (
        "heartbeat",
        ActivityOptions::heartbeat_timeout,
        "start_to_close",
        ActivityOptions::start_to_close_timeout,
    ),
    (
        "schedule_to_start",
        ActivityOptions::schedule_to_start_timeout,
        "schedule_to_close",
        ActivityOptions::schedule_to_close_timeout,
    ),
    ("initial_interval", initial_interval, "maximum_interval", maximum_interval),
];

fn initial_interval(options: ActivityOptions, interval: Duration) -> ActivityOptions {
    options.retry(RetryOptions::new().initial_interval(interval))
}

fn maximum_interval(options: ActivityOptions, interval: Duration) -> ActivityOptions {
    options.retry(RetryOptions::new().maximum_interval(interval))
}

fn value(options: &ActivityOptions, name: &str) -> Option<Duration> {
    match name {
        "start_to_close" => options.start_to_close_timeout,
        "schedule_to_close" => options.schedule_to_close_timeout,
        "schedule_to_start" => options.schedule_to_start_timeout,
        "heartbeat" => options.heartbeat_timeout,
        "initial_interval" => options.retry.as_ref()?.initial_interval,
        _ => options.retry.as_ref()?.maximum_interval,
    }
}

/// Resolves explicit options, set in each possible layer, over options for all activities.
fn layered(explicit: ActivityOptions, of_all: ActivityOptions) -> [Resolution; 3] {
    let nothing = ActivityOptions::new;
    [
        explicit.clone().resolve(nothing(), for_all(of_all.clone())),
        nothing().resolve(explicit.clone(), for_all(of_all.clone())),
        nothing().resolve(nothing(), Configured { of_type: explicit, of_all }),
    ]
}

type Resolution = Result<Resolved<ActivityOptions, ActivityTimeouts>, InvalidOptions>;

#[test]
fn a_value_for_all_is_adjusted_to_an_explicit_one_in_every_pair() {
    let (short, long) = (2 * SECOND, 7 * SECOND);
    for (shorter, set_shorter, longer, set_longer) in PAIRS {
        let nothing = ActivityOptions::new;
        for resolved in layered(set_shorter(nothing(), long), set_longer(nothing(), short)) {
            let options = resolved.expect(shorter).options;
            assert_eq!(value(&options, shorter), Some(long), "{shorter} is explicit");
            assert_eq!(value(&options, longer), Some(long), "{longer} yields to {shorter}");
        }
        for resolved in layered(set_longer(nothing(), short), set_shorter(nothing(), long)) {
            let options = resolved.expect(longer).options;
            assert_eq!(value(&options, longer), Some(short), "{longer} is explicit");
            assert_eq!(value(&options, shorter), Some(short), "{shorter} yields to {longer}");
        }
    }
}

#[test]
fn a_built_in_value_is_adjusted_to_any_other_in_every_pair() {
    // One is shorter than every built-in value, and one is longer.
    for length in [SECOND / 2, 100_000 * SECOND] {
        for (shorter, set_shorter, longer, set_longer) in PAIRS {
            for (name, set) in [(shorter, set_shorter), (longer, set_longer)] {
                let options = set(ActivityOptions::new(), length);
                let nothing = ActivityOptions::new();
                let alone = [
                    options.clone().resolve(nothing.clone(), no_configuration()),
                    nothing.clone().resolve(options.clone(), no_configuration()),
                    nothing.clone().resolve(nothing.clone(), for_type(options.clone())),
                    nothing.clone().resolve(nothing, for_all(options)),
                ];
                for resolved in alone {
                    let options = resolved.expect(name).options;
                    assert_eq!(value(&options, name), Some(length), "{name} stays");
                    if let (Some(short), Some(long)) =
                        (value(&options, shorter), value(&options, longer))
                    {
                        assert!(short <= long, "{name}: {shorter} {short:?} {longer} {long:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_adjusted_value_has_the_source_of_the_other() {
    let annotation = ActivityOptions::new().schedule_to_close_timeout(60 * SECOND);
    let resolved = ActivityOptions::new().resolve(annotation, no_configuration()).unwrap();
    let expected = Sourced { length: Some(60 * SECOND), source: OptionSource::Annotation };
    assert_eq!(resolved.timeouts.start_to_close, expected);
    assert_eq!(resolved.options.start_to_close_timeout, Some(60 * SECOND));
}

#[test]
fn a_long_heartbeat_timeout_never_contradicts_other_explicit_values() {
    let options = ActivityOptions::new()
        .heartbeat_timeout(3600 * SECOND)
        .schedule_to_close_timeout(1800 * SECOND);
    let resolved = options.resolve(ActivityOptions::new(), no_configuration()).unwrap();
    assert_eq!(resolved.options.schedule_to_close_timeout, Some(1800 * SECOND));
    assert_eq!(resolved.options.start_to_close_timeout, Some(1800 * SECOND));
}

#[test]
fn contradictory_explicit_values_are_refused() {
    let nothing = ActivityOptions::new;
    let attempt = || nothing().start_to_close_timeout(7 * SECOND);
    let all = || nothing().schedule_to_close_timeout(2 * SECOND);
    for contradiction in [
        attempt().resolve(all(), no_configuration()),
        all().resolve(attempt(), no_configuration()),
        nothing().resolve(attempt(), for_type(all())),
        nothing().resolve(nothing(), for_all(attempt().or(all()))),
    ] {
        let problems = contradiction.unwrap_err().problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].to_string().contains("start_to_close_timeout (7s)"), "{problems:?}");
    }
}

#[test]
fn run_and_execution_timeouts_are_adjusted_too() {
    let nothing = WorkflowOptions::new;
    let run = |seconds| nothing().run_timeout(seconds * SECOND);
    let execution = |seconds| nothing().execution_timeout(seconds * SECOND);
    let both = |resolved: Resolved<WorkflowOptions, WorkflowTimeouts>| {
        let seconds = |timeout: Option<Duration>| timeout.unwrap_or_default().as_secs();
        (seconds(resolved.options.run_timeout), seconds(resolved.options.execution_timeout))
    };
    // Each alone, because none is built in.
    let alone = run(999_999).resolve(nothing(), no_configuration()).unwrap();
    assert_eq!(both(alone), (999_999, 0));
    let alone = execution(1).resolve(nothing(), no_configuration()).unwrap();
    assert_eq!(both(alone), (0, 1));
    // A value for all is adjusted to both, and a value for the type to that of the code.
    let shorter = nothing().resolve(execution(60), for_all(run(1000))).unwrap();
    assert_eq!(both(shorter), (60, 60));
    let longer = nothing().resolve(run(1000), for_all(execution(60))).unwrap();
    assert_eq!(both(longer), (1000, 1000));
    let of_type = execution(60).resolve(nothing(), for_type(run(1000))).unwrap();
    assert_eq!(both(of_type), (60, 60));
    for contradiction in [
        run(1000).resolve(execution(60), no_configuration()),
        nothing().resolve(nothing(), for_all(run(1000).or(execution(60)))),
    ] {
        let error = contradiction.unwrap_err().to_string();
        assert!(error.contains("run_timeout (1000s) is longer"), "{error}");
    }
}

#[test]
fn a_maximum_interval_alone_is_never_shorter_than_the_servers_initial_interval() {
    let retry = RetryOptions::new().maximum_interval(SECOND / 2);
    let options = WorkflowOptions::new().retry(retry);
    let resolved = options.resolve(WorkflowOptions::new(), no_configuration()).unwrap();
    assert_eq!(resolved.options.retry.unwrap().initial_interval, Some(SECOND / 2));
}

#[test]
fn a_fixed_interval_is_kept_and_attempts_are_unlimited_unless_set() {
    let every = RetryOptions::new().every(600 * SECOND);
    let options = ActivityOptions::new().retry(every.clone());
    let resolved = options.resolve(ActivityOptions::new(), no_configuration()).unwrap();
    let merged = resolved.options.retry.unwrap();
    assert_eq!(merged.initial_interval, merged.maximum_interval);
    assert_eq!(merged.backoff_coefficient, Some(1.0));
    assert_eq!(merged.maximum_attempts, Some(0));
    for limited in
        [every.maximum_attempts(3_u32), RetryOptions::new().maximum_attempts(3_u32).every(SECOND)]
    {
        assert_eq!(limited.maximum_attempts, Some(3));
    }
}

#[test]
fn the_configuration_is_between_the_annotation_and_the_built_in_values() {
    let options = |seconds| ActivityOptions::new().heartbeat_timeout(seconds * SECOND);
    let retry = |attempts: u32| RetryOptions::new().maximum_attempts(attempts);
    let configured = ConfiguredOptions::new()
        .activities(options(40).retry(retry(4).initial_interval(3 * SECOND)))
        .activity("charge", options(30).retry(retry(3)));
    let resolved = |call: ActivityOptions, annotation, name| {
        call.resolve(annotation, configured.of_activity(name)).unwrap()
    };
    let nothing = ActivityOptions::new;

    for (call, annotation, name, seconds, source) in [
        (options(10), options(20), "charge", 10, OptionSource::Call),
        (nothing(), options(20), "charge", 20, OptionSource::Annotation),
        (nothing(), nothing(), "charge", 30, OptionSource::ConfiguredForType),
        (nothing(), nothing(), "ship", 40, OptionSource::ConfiguredForAll),
    ] {
        let resolved = resolved(call, annotation, name);
        assert_eq!(resolved.options.heartbeat_timeout, Some(seconds * SECOND));
        assert_eq!(resolved.timeouts.heartbeat.source, source);
    }
    let merged = resolved(nothing(), nothing(), "charge").options.retry.unwrap();
    assert_eq!(merged.maximum_attempts, Some(3));
    assert_eq!(merged.initial_interval, Some(3 * SECOND));
    assert_eq!(merged.maximum_interval, Some(60 * SECOND));
}
