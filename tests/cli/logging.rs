//! The log of `serve`: its form, its level, and mistakes in both.

use std::process::Command;

use durable_tests::{Shared, unique};
use serde_json::Value;

use crate::serving::Running;
use crate::{ended, program, run, run_alone};

/// Returns the lines that `serve` logs while a workflow runs.
fn logged(workflow_id: &str, serve: &mut Command) -> Vec<String> {
    serve.args(["--queue", "cli-served"]).env("TEMPORAL_ADDRESS", Shared::get().address());
    let served = Running::start(serve);
    let start = ["execute", "EchoWorkflow", "\"4111\"", "--id", workflow_id, "--timeout", "20s"];
    run(&start).text();
    let (status, log) = served.stop("TERM");
    assert!(status.success(), "{log}");
    log.lines().map(str::to_owned).collect()
}

#[test]
fn serve_logs_json_if_it_is_asked_or_configured_to() {
    let mut asked = program(&["serve", "--log-format", "json"]);
    let mut configured = program(&["serve"]);
    configured.env("DURABLE__TELEMETRY__LOG_FORMAT", "JSON");
    for serve in [&mut asked, &mut configured] {
        let id = unique("json");
        let lines = logged(&id, serve);
        let lines: Vec<Value> = lines
            .iter()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect();
        // Another program may serve the queue too, so the line may be another program's.
        let report = |line: &&Value| line["message"].to_string().contains("serves namespace");
        let report = lines.iter().find(report).unwrap_or_else(|| panic!("{lines:#?}"));
        assert_eq!(report["level"], "INFO");
        assert!(report["timestamp"].is_string());
        for echoing in lines.iter().filter(|line| line["message"] == "echoing") {
            assert_eq!(echoing["characters"], 4);
            let workflow = &echoing["spans"][0];
            assert_eq!(workflow["name"], "workflow");
            assert_eq!(workflow["workflow_type"], "EchoWorkflow");
            assert_eq!(workflow["task_queue"], "cli-served");
            assert!(workflow["workflow_id"].is_string() && workflow["run_id"].is_string());
            assert_eq!(workflow["attempt"], 1);
        }
        assert!(lines.iter().all(|line| !line["target"].to_string().contains("temporalio")));
    }
}

#[test]
fn the_level_comes_from_the_command_the_variable_or_the_configuration() {
    let info = "serves namespace";
    for (variables, arguments, is_shown) in [
        (
            [("DURABLE__TELEMETRY__LOG_LEVEL", "warn"), ("RUST_LOG", "")],
            ["serve"].as_slice(),
            false,
        ),
        (
            [("DURABLE__TELEMETRY__LOG_LEVEL", "warn"), ("RUST_LOG", "info")],
            ["serve"].as_slice(),
            true,
        ),
        (
            [("DURABLE__TELEMETRY__LOG_LEVEL", "info"), ("RUST_LOG", "info")],
            &["serve", "--log-level", "warn"],
            false,
        ),
    ] {
        let mut serve = program(arguments);
        let lines = logged(&unique("level"), serve.envs(variables));
        let shown = lines.iter().any(|line| line.contains(info));
        assert_eq!(shown, is_shown, "{variables:?} {arguments:?}: {lines:#?}");
    }
}

#[test]
fn invalid_forms_and_filters_are_refused() {
    let refused = run_alone(&["serve", "--log-format", "xml"]).refused(2);
    assert!(refused.contains("possible values: text, json"), "{refused}");
    let mut serve = program(&["serve"]);
    let refused = ended(serve.env("RUST_LOG", "info,cli=loud")).refused(2);
    assert!(refused.contains("invalid `RUST_LOG`"), "{refused}");
    assert!(refused.contains("info,my_app=debug"), "{refused}");
    let mut serve = program(&["serve"]);
    let refused = ended(serve.env("DURABLE__TELEMETRY__LOG_LEVEL", "loud")).refused(2);
    assert!(
        refused.contains("DURABLE__TELEMETRY__LOG_LEVEL: temporal.telemetry.log_level"),
        "{refused}"
    );
    assert!(refused.contains("expected `off`, `error`"), "{refused}");
}
