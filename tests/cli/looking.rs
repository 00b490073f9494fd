//! `describe`, `list`, `history`, `health`, and how all of it is printed.

use durable_tests::{Shared, unique};
use serde_json::json;

use crate::{ended, parcel, program, run, run_alone};

#[test]
fn a_workflow_is_described_and_its_events_are_listed() {
    let id = unique("look");
    run(&["start", "ParcelWorkflow", &parcel(&id, &[("book", 300)])]).text();
    let id = format!("parcel-{id}");
    run(&["query", &id, "heavier_than", "0"]).text();
    let described = run(&["describe", &id]).text();
    assert!(described.contains("type               ParcelWorkflow\n"), "{described}");
    assert!(described.contains("queue              cli-parcels\n"), "{described}");
    assert!(described.contains("status             Running\n"), "{described}");
    let json = run(&["describe", &id, "--output", "JSON"]).json();
    assert_eq!(json["workflow_id"], json!(id));
    assert_eq!(json["closed_at"], json!(null));
    let run_id = json["run_id"].as_str().expect("a text");
    assert_eq!(run(&["describe", &id, "--run-id", run_id, "--output", "json"]).json(), json);

    run(&["signal", &id, "deliver", "\"High Street\"", "7"]).text();
    run(&["result", &id]).text();
    let history = run(&["history", &id]).text();
    let lines: Vec<_> = history.lines().collect();
    assert!(lines[0].starts_with("event  time"), "{history}");
    assert!(lines[1].ends_with("WorkflowExecutionStarted    ParcelWorkflow"), "{history}");
    assert!(history.contains("WorkflowExecutionSignaled   deliver\n"), "{history}");
    assert!(history.contains("ActivityTaskScheduled       weigh\n"), "{history}");
}

#[test]
fn a_workflow_whose_task_fails_is_described_with_the_problem() {
    let id = unique("stuck");
    run(&["start", "ParcelWorkflow", &parcel(&id, &[("book", 300)])]).text();
    let id = format!("parcel-{id}");
    // At number 0 it sets a search attribute that no server has.
    run(&["signal", &id, "deliver", "\"High Street\"", "0"]).text();
    let command = "create --namespace default --name ParcelShelf --type";
    let described = durable_tests::eventually("problem", || async {
        let described = run(&["describe", &id]).text();
        described.contains("problem").then_some(described)
    });
    let described = Shared::get().runtime().block_on(described);
    assert!(described.contains("bad search attributes"), "{described}");
    assert!(described.contains(command), "{described}");
    let json = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(json["task_failure"]["missing_search_attribute"], json!("ParcelShelf"));
    let refused = run(&["result", &id, "--timeout", "100ms"]).refused(1);
    assert!(refused.contains("had no result within 100ms"), "{refused}");
    assert!(refused.contains(command), "{refused}");
    run(&["terminate", &id]).text();
}

#[test]
fn workflows_are_listed_by_what_they_are() {
    let prefix = unique("listed");
    for number in 0..3 {
        let id = format!("{prefix}-{number}");
        run(&["execute", "StockWorkflow", "--queue", "cli-north", "--id", &id]).text();
    }
    let by = ["list", "--id-prefix", &prefix, "--status", "COMPLETED", "--type", "StockWorkflow"];
    let with = |more: &[&'static str]| [&by[..], more].concat();
    let listed = durable_tests::eventually("list of three", || async {
        let listed = run(&with(&["--output", "json"])).json();
        (listed.as_array().map(Vec::len) == Some(3)).then_some(listed)
    });
    let listed = Shared::get().runtime().block_on(listed);
    assert_eq!(listed[0]["task_queue"], json!("cli-north"));
    assert_eq!(run(&with(&["--count"])).text(), "3\n");
    let text = run(&with(&["--limit", "2"])).text();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.starts_with("workflow id"), "{text}");
    assert!(text.ends_with("there are more; raise --limit to see them\n"), "{text}");
    let none = run(&["list", "--id-prefix", &prefix, "--status", "failed"]).text();
    assert_eq!(none, "no workflows found\n");

    let refused = run(&["list", "--query", "Nonsense = 7"]).refused(2);
    assert!(
        refused.contains("the Temporal server cannot answer the query `(Nonsense = 7)`"),
        "{refused}"
    );
    let escape = run(&["list", "--type", "EchoWorkflow", "--query", "A = 1) OR (B = 2"]).refused(2);
    assert!(escape.contains("a `)` without `(`; remove it"), "{escape}");
    let refused = run_alone(&["list", "--status", "runing"]).refused(2);
    assert!(refused.contains("a similar value exists: 'running'"), "{refused}");
}

#[test]
fn the_server_says_how_it_is() {
    let health = run(&["health", "--output", "json"]).json();
    assert_eq!(health["address"], json!(Shared::get().address()));
    assert!(health["server_version"].as_str().is_some_and(|version| version.starts_with('1')));
    let refused = run_alone(&["health"]).refused(1);
    assert!(refused.contains("no Temporal server answers"), "{refused}");
}

#[test]
fn colours_are_for_terminals_and_who_asks_for_them() {
    let colours = |name: &str| {
        let mut command = program(&["health"]);
        command.env("TEMPORAL_ADDRESS", Shared::get().address());
        ended(command.env(name, "1")).text().contains('\u{1b}')
    };
    assert!(!colours("NO_MATTER"), "a pipe is no terminal");
    assert!(colours("CLICOLOR_FORCE"));
    let mut both = program(&["health"]);
    both.env("TEMPORAL_ADDRESS", Shared::get().address()).env("TERM", "xterm");
    assert!(!ended(both.env("NO_COLOR", "1")).text().contains('\u{1b}'));
}
