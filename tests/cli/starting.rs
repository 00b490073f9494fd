//! `start`, `execute` and `result`, with good input and bad.

use std::fs;

use durable_tests::{Shared, eventually, unique};
use serde_json::json;

use crate::{parcel, program, run, run_alone, run_with_input, serve};

#[test]
fn a_start_has_the_annotations_id_and_options_and_prints_its_ids() {
    let id = unique("start");
    let input = parcel(&id, &[("book", 300)]);
    let started = run(&["start", "ParcelWorkflow", &input, "--output", "json"]).json();
    assert_eq!(started["workflow_id"], format!("parcel-{id}"));
    assert!(started["run_id"].as_str().is_some_and(|run_id| run_id.len() == 36), "{started}");

    let history = run(&["history", &format!("parcel-{id}"), "--output", "json"]).json();
    assert_eq!(history[0]["type"], "WorkflowExecutionStarted");
    let again = run(&["start", "ParcelWorkflow", &input]).refused(1);
    let run_id = started["run_id"].as_str().expect("a text");
    let taken = format!("error: workflow `parcel-{id}` is already started (run `{run_id}`); ");
    assert!(again.starts_with(&taken) && again.contains("`idempotency`"), "{again}");
    let again = ["start", "ParcelWorkflow", &input, "--idempotency", "use-existing"];
    assert!(run(&again).text().contains(started["run_id"].as_str().expect("a text")));
}

#[test]
fn the_options_of_the_command_line_beat_the_annotation() {
    let (id, input) = (unique("options"), parcel("0", &[]));
    let ended = [
        "execute",
        "ParcelWorkflow",
        &input,
        "--id",
        &id,
        "--run-timeout",
        "1s",
        "--summary",
        "a box",
        "--memo",
        "tier=\"gold\"",
    ];
    let refused = run(&ended).refused(1);
    assert!(refused.starts_with(&format!("workflow `{id}` was started (run ")), "{refused}");
    let problem = format!(
        "\nerror: workflow `{id}` timed out: the run timeout of 1s (set by the call) expired\n"
    );
    assert!(refused.ends_with(&problem), "{refused}");
    let described = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(described["status"], "TimedOut");
    assert_eq!(described["memo"]["tier"], "gold");
    assert!(run(&["describe", &id]).text().contains("summary            a box\n"));
}

#[test]
fn an_output_is_json_and_a_failure_its_chain_of_causes() {
    let executed = run(&["execute", "StockWorkflow", "--queue", "cli-south"]);
    assert_eq!(executed.text(), "\"south\"\n");

    let id = unique("empty");
    run(&["start", "ParcelWorkflow", &parcel(&id, &[])]).text();
    let id = format!("parcel-{id}");
    let waited = run(&["result", &id, "--timeout", "100ms"]).refused(1);
    assert!(waited.contains("had no result within 100ms, and keeps running"), "{waited}");
    run(&["signal", &id, "deliver", "\"High Street\"", "7"]).text();
    assert_eq!(
        run(&["result", &id]).refused(1),
        format!(
            "error: workflow `{id}` failed\n\nCaused by:\n    activity `weigh` failed\n    \
             NothingToWeigh: the parcel is empty\n"
        )
    );
}

#[test]
fn prints_bytes_as_they_are_and_as_base64_in_json() {
    let id = unique("bytes");
    let mut command = program(&["execute", "BytesWorkflow", "--id", &id]);
    serve();
    command.env("TEMPORAL_ADDRESS", Shared::get().address());
    let output = command.output().expect("the program that was built runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, [0, 27, 91, 49, 109, 255]);
    let json = json!({ "encoding": "binary/plain", "data": "ABtbMW3/" });
    assert_eq!(run(&["result", &id, "--output", "json"]).json(), json);
    assert_eq!(run(&["query", &id, "bytes"]).text(), "\u{1}\u{2}");
}

#[test]
fn refuses_keys_that_occur_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("parcel.json");
    let twice = r#"{"id": "1", "pieces": [], "id": "2"}"#;
    fs::write(&file, twice).expect("it is written");
    let file = format!("@{}", file.display());
    let good = parcel("1", &[]);
    let memo = ["start", "ParcelWorkflow", &good, "--memo", r#"tier={"a": {"b": 1, "b": 2}}"#];
    for refused in [
        run_alone(&["start", "ParcelWorkflow", twice]).refused(2),
        run_alone(&["start", "ParcelWorkflow", &file]).refused(2),
        run_with_input(&["start", "ParcelWorkflow", "-"], twice).refused(2),
        run_alone(&["signal", "x", "deliver", r#"{"id": 1, "id": 1}"#]).refused(2),
        run_alone(&memo).refused(2),
    ] {
        assert!(refused.contains("occurs twice; remove one at line 1 column"), "{refused}");
    }
}

#[test]
fn takes_negative_numbers_as_inputs_without_a_separator() {
    let id = unique("negative");
    run(&["start", "SumWorkflow", "-5", "--id", &id]).text();
    assert_eq!(run(&["query", &id, "plus", "-0.5"]).json(), json!(-5.5));
    run(&["signal", &id, "add", "-1.5e+1", "-80"]).text();
    assert_eq!(run(&["query", &id, "plus", "0"]).json(), json!(-100.0));
    assert_eq!(run(&["update", &id, "set", "-1e-3"]).json(), json!(-100.0));
    assert_eq!(run(&["update", &id, "set", "--", "-2"]).json(), json!(-0.001));
    let refused = run(&["signal", &id, "add", "-1", "-1.5"]).refused(2);
    assert!(refused.contains("input `other: i64`"), "{refused}");
    run(&["update", &id, "set", "3"]).text();
    assert_eq!(run(&["result", &id]).json(), json!(3.0));
    let refused = run_alone(&["start", "SumWorkflow", "-x"]).refused(2);
    assert!(refused.contains("unexpected argument '-x'"), "{refused}");
}

#[test]
fn says_that_no_worker_polls_the_queue() {
    let id = unique("unserved");
    let waited =
        run(&["execute", "InvoiceWorkflow", r#"{ "number": 1 }"#, "--id", &id, "--timeout", "2"]);
    let said = waited.refused(1);
    let sentence = "no worker polls queue `cli-elsewhere`; start one with the command `serve`";
    assert!(said.contains(&format!("\nwarning: {sentence}\nerror: ")), "{said}");
    assert!(said.contains("had no result within 2s, and keeps running"), "{said}");
    let described = run(&["describe", &id]).text();
    assert!(described.contains(&format!("workers        {sentence}\n")), "{described}");
    let json = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(json["queues_without_worker"], json!(["cli-elsewhere"]));
    run(&["terminate", &id]).text();
    let json = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(json["queues_without_worker"], json!([]), "it waits for nobody");
}

#[test]
fn names_the_queue_of_a_pending_activity_that_no_worker_polls() {
    let id = unique("unserved-activity");
    run(&["start", "AskElsewhereWorkflow", "--id", &id]).text();
    let described = Shared::get().runtime().block_on(eventually("pending activity", || async {
        let described = run(&["describe", &id, "--output", "json"]).json();
        described["pending_activities"].get(0).is_some().then_some(described)
    }));
    assert_eq!(described["queues_without_worker"], json!(["cli-elsewhere"]));
    run(&["terminate", &id]).text();
}

#[test]
fn input_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("parcel.json");
    let id = unique("file");
    fs::write(&file, parcel(&id, &[("book", 300)])).expect("it is written");
    let file = format!("@{}", file.display());
    assert!(run(&["start", "ParcelWorkflow", &file]).text().contains(&format!("parcel-{id}\n")));

    let id = unique("stdin");
    let input = parcel(&id, &[("book", 300)]);
    let started = run_with_input(&["start", "ParcelWorkflow", "-"], &input).text();
    assert!(started.contains(&format!("parcel-{id}\n")), "{started}");
}

#[test]
fn bad_input_is_refused_with_its_place_before_any_server_is_asked() {
    for (arguments, said) in [
        (
            &["start", "ParcelWorkflw", "{}"][..],
            "this program has no workflow type `ParcelWorkflw`; did you mean `ParcelWorkflow`?\n  \
             it has `AskElsewhereWorkflow`, `BytesWorkflow`, `ChargeWorkflow`, `EchoWorkflow`, `InvoiceWorkflow`, \
             `LonelyWorkflow`, `NapWorkflow`, `ParcelWorkflow`, `ParentWorkflow`, `ProcessWorkflow`, \
             `StockWorkflow`, `StuckWorkflow`, `SumWorkflow`",
        ),
        (
            &[
                "start",
                "ParcelWorkflow",
                r#"{"id": "1", "items": [{"name": "x", "grams": "much"}]}"#,
            ],
            "input `parcel: Parcel`, at `items[0].grams`: invalid type: string \"much\", expected u32",
        ),
        (
            &["execute", "ParcelWorkflow", r#"{"items": []}"#],
            "input `parcel: Parcel`: missing field `id`",
        ),
        (
            &["start", "ParcelWorkflow", r#"{"id": "1","#],
            "the input is not valid JSON: EOF while parsing a value at line 1 column 11",
        ),
        (
            &["start", "EchoWorkflow", "hello"],
            "the input is not valid JSON: expected value at line 1 column 1; write a text with quotes: \
             '\"hello\"'",
        ),
        (&["start", "ParcelWorkflow"], "expected 1 input (parcel: Parcel), got none"),
        (
            &["start", "ParcelWorkflow", "@/nowhere/at-all.json"],
            "cannot read the file /nowhere/at-all.json",
        ),
        (
            &["start", "StockWorkflow"],
            "workflow type `StockWorkflow` is on the queues `cli-north`, `cli-south`; choose one with \
             --queue",
        ),
        (
            &["start", "StockWorkflow", "--queue", "cli-nort"],
            "this program has no queue `cli-nort`; did you mean `cli-north`?",
        ),
        (
            &["start", "EchoWorkflow", "\"x\"", "--queue", "cli-north"],
            "workflow type `EchoWorkflow` is not on queue `cli-north`, but on `cli-served`",
        ),
    ] {
        let refused = run_alone(arguments).refused(2);
        assert!(refused.starts_with(&format!("error: {said}")), "{arguments:?}: {refused}");
    }
}

#[test]
fn a_workflow_that_is_only_declared_can_be_started_too() {
    let number = std::process::id().to_string();
    let input = format!(r#"{{ "number": {number} }}"#);
    run(&["start", "InvoiceWorkflow", &input]).text();
    let id = format!("invoice-{number}");
    let refused = run(&["signal", &id, "pay", "-5"]).refused(2);
    assert!(refused.contains("invalid value: integer `-5`, expected u64"), "{refused}");
    run(&["signal", &id, "pay", "500"]).text();
    run(&["terminate", &id]).text();
    let refused = run_alone(&["start", "InvoiceWorkflow", r#"{ "number": "7" }"#]).refused(2);
    assert!(refused.contains("`invoice: Invoice`, at `number`"), "{refused}");
}

#[test]
fn several_inputs_are_several_arguments() {
    let stock = |inputs: &[&'static str]| {
        let base = ["execute", "StockWorkflow"];
        [&base[..], inputs, &["--queue", "cli-north"]].concat()
    };
    assert_eq!(run(&stock(&[])).text(), "\"north\"\n");
    assert_eq!(run(&stock(&["\"pears\""])).text(), "\"north: pears\"\n");
    assert_eq!(run(&stock(&["\"pears\"", "3"])).text(), "\"north: 3 pears\"\n");
    let refused = run_alone(&stock(&["\"pears\"", "3", "4"])).refused(2);
    let expected = "expected at most 2 inputs (article: Option<String>, count: Option<i32>), got 3";
    assert!(refused.starts_with(&format!("error: {expected}")), "{refused}");
    let refused = run_alone(&stock(&["\"pears\"", "\"many\""])).refused(2);
    assert!(refused.starts_with("error: input `count: Option<i32>`: invalid type"), "{refused}");
}

#[test]
fn without_a_server_it_is_said_where_one_was_looked_for() {
    let refused = run_alone(&["start", "ParcelWorkflow", &parcel("1", &[])]).refused(1);
    assert!(
        refused.contains("no Temporal server answers at 127.0.0.1:1; start one with"),
        "{refused}"
    );
    assert!(
        refused.contains("Caused by:\n") && refused.contains("    Connection refused"),
        "{refused}"
    );
    let refused = run_alone(&["list", "--address", "127.0.0.1:2"]).refused(1);
    assert!(refused.contains("no Temporal server answers at 127.0.0.1:2"), "{refused}");
    let refused = run(&["list", "--namespace", "nobodys"]).refused(2);
    assert!(refused.contains("has no namespace `nobodys`"), "{refused}");
}
