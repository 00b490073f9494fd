//! `schedule ..`.

use durable_tests::{Shared, eventually, unique};
use serde_json::json;

use crate::{run, run_alone};

#[test]
fn a_schedule_lives_from_create_to_delete() {
    let id = unique("schedule");
    let created = run(&[
        "schedule",
        "create",
        &id,
        "StockWorkflow",
        "--queue",
        "cli-north",
        "--every",
        "1h",
        "--cron",
        "0 3 * * *",
        "--time-zone",
        "Europe/Rome",
        "--overlap",
        "buffer-one",
        "--note",
        "nightly",
    ]);
    assert_eq!(created.text(), format!("schedule `{id}` was created\n"));
    let again =
        ["schedule", "create", &id, "StockWorkflow", "--queue", "cli-north", "--every", "1h"];
    let refused = run(&again).refused(1);
    assert_eq!(refused, format!("error: schedule `{id}` already exists\n"));

    let describe = || run(&["schedule", "describe", &id, "--output", "json"]).json();
    let described = describe();
    assert_eq!(described["workflow_type"], json!("StockWorkflow"));
    assert_eq!(described["spec"][0], json!("every 1h"));
    assert_eq!(described["overlap"], json!("BufferOne"));
    assert_eq!(described["time_zone"], json!("Europe/Rome"));
    run(&["schedule", "pause", &id, "--note", "holidays"]).text();
    assert_eq!((&describe()["paused"], &describe()["note"]), (&json!(true), &json!("holidays")));
    run(&["schedule", "unpause", &id]).text();
    assert_eq!(describe()["paused"], json!(false));

    run(&["schedule", "trigger", &id]).text();
    run(&[
        "schedule",
        "backfill",
        &id,
        "--from",
        "2026-01-01T00:30:00Z",
        "--to",
        "2026-01-01 02:30:00",
        "--overlap",
        "allow-all",
    ])
    .text();
    // The trigger, and the two full hours within the range; three in Rome is one of them.
    let runs = Shared::get().runtime().block_on(eventually("three runs", || async {
        let runs = describe()["recent_runs"].clone();
        (runs.as_array().map(Vec::len) >= Some(3)).then_some(runs)
    }));
    assert_eq!(
        runs[0]["workflow_id"].as_str().map(|run| run.starts_with(&id)),
        Some(true),
        "{runs}"
    );
    let text = run(&["schedule", "describe", &id]).text();
    assert!(text.contains("overlap      BufferOne\n"), "{text}");

    Shared::get().runtime().block_on(eventually("schedule in the list", || async {
        run(&["schedule", "list"]).text().contains(&id).then_some(())
    }));
    run(&["schedule", "delete", &id]).text();
    let refused = run(&["schedule", "describe", &id]).refused(1);
    assert!(refused.contains(&format!("schedule `{id}` was not found")), "{refused}");
}

#[test]
fn a_schedule_that_cannot_be_is_refused() {
    let create = |more: &[&'static str]| {
        let base = ["schedule", "create", "impossible", "StockWorkflow", "--queue", "cli-north"];
        run(&[&base[..], more].concat())
    };
    let refused = create(&["--jitter", "5", "--paused"]).refused(2);
    assert!(
        refused.starts_with(
            "error: schedule `impossible` has no time to start the workflow at; give it `--cron`"
        ),
        "{refused}"
    );
    assert!(refused.contains("or `--every`, such as `--every 1h`"), "{refused}");
    let refused = create(&["--cron", "every now and then"]).refused(2);
    assert!(refused.contains("invalid schedule `impossible`"), "{refused}");
    let refused = run_alone(&["schedule", "create", "x", "ParcelWorkflow", "{}", "--every", "1h"]);
    assert!(refused.refused(2).contains("missing field `id`"));
    let refused = run_alone(&["schedule", "create", "x", "StockWorkflow", "--every", "often"]);
    assert!(
        refused.refused(2).contains(
            "invalid value 'often' for '--every <DURATION>': expected a number of seconds"
        )
    );
    let refused = run_alone(&["schedule", "backfill", "x", "--from", "today", "--to", "tomorrow"]);
    assert!(
        refused
            .refused(2)
            .contains("invalid value 'today' for '--from <TIME>': expected a time in UTC")
    );
    let times = ["--from", "2026-01-03T00:00:00Z", "--to", "2026-01-01 00:00:00"];
    let refused = run(&[&["schedule", "backfill", "x"][..], &times].concat()).refused(2);
    assert_eq!(refused, "error: `--from` is later than `--to`\n");
}

#[test]
fn a_schedule_has_times_or_is_manual() {
    let id = unique("timeless");
    let create = ["schedule", "create", &id, "StockWorkflow", "--queue", "cli-north"];
    let refused = run(&create).refused(2);
    let problem = format!("schedule `{id}` has no time to start the workflow at");
    assert!(refused.contains(&problem) && refused.contains("`--manual`"), "{refused}");
    run(&[&create[..], &["--manual"]].concat()).text();
    let described = run(&["schedule", "describe", &id, "--output", "json"]).json();
    assert_eq!(described["next_runs"], json!([]));
    run(&["schedule", "delete", &id]).text();
}

#[test]
fn a_schedule_passes_several_inputs() {
    let id = unique("pears");
    let create =
        ["schedule", "create", &id, "StockWorkflow", "\"pears\"", "3", "--queue", "cli-north"];
    run(&[&create[..], &["--manual"]].concat()).text();
    let described = run(&["schedule", "describe", &id, "--output", "json"]).json();
    assert_eq!(described["input"], json!(["pears", 3]));
    run(&["schedule", "trigger", &id]).text();
    let started = Shared::get().runtime().block_on(eventually("a run", || async {
        let runs = run(&["schedule", "describe", &id, "--output", "json"]).json();
        runs["recent_runs"][0]["workflow_id"].as_str().map(str::to_owned)
    }));
    assert_eq!(run(&["result", &started]).text(), "\"north: 3 pears\"\n");
    run(&["schedule", "delete", &id]).text();
}
