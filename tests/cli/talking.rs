//! `signal`, `query`, `update`, `cancel` and `terminate`.

use durable_tests::unique;
use serde_json::json;

use crate::{parcel, run};

/// Starts a parcel with two things in it.
fn started(name: &str) -> String {
    let id = unique(name);
    run(&["start", "ParcelWorkflow", &parcel(&id, &[("book", 300), ("anvil", 9000)])]).text();
    format!("parcel-{id}")
}

#[test]
fn handlers_take_their_inputs_and_answer_in_json() {
    let id = started("talk");
    assert_eq!(run(&["query", &id, "heavier_than", "1000"]).json(), json!(["anvil"]));
    assert_eq!(run(&["update", &id, "rename", "\"anvil\"", "\"piano\""]).json(), json!(1));
    assert_eq!(run(&["query", &id, "heavier_than", "1000"]).json(), json!(["piano"]));
    let accepted =
        run(&["update", &id, "rename", "\"a\"", "\"b\"", "--no-wait", "--update-id", "u1"]);
    assert_eq!(accepted.text(), format!("workflow id  {id}\nupdate id    u1\n"));

    // What every workflow has.
    assert_eq!(run(&["query", &id, "state"]).json()["cancelled"], json!(false));
    let sent = run(&["signal", &id, "deliver", "\"High Street\"", "7"]).text();
    assert_eq!(sent, format!("signal `deliver` was sent to workflow `{id}`\n"));
    assert_eq!(run(&["result", &id]).json(), json!("9300 g to High Street 7"));
}

#[test]
fn handlers_and_inputs_that_are_none_are_refused_and_the_workflow_hears_nothing() {
    let id = started("refused");
    for (arguments, said) in [
        (
            &["signal", &id, "delivr", "1"][..],
            "workflow type `ParcelWorkflow` has no signal `delivr`; did you mean `deliver`?\n  \
             it has `cancel`, `deliver`",
        ),
        (&["query", &id, "weight"], "workflow type `ParcelWorkflow` has no query `weight`"),
        (&["update", &id, "deliver"], "workflow type `ParcelWorkflow` has no update `deliver`"),
        (
            &["signal", &id, "deliver", "\"High Street\"", "\"seven\""],
            "input `number: u32`: invalid type: string \"seven\", expected u32",
        ),
        (
            &["signal", &id, "deliver", "\"High Street\""],
            "expected 2 inputs (street: String, number: u32), got 1",
        ),
        (&["query", &id, "heavier_than", "heavy"], "the input is not valid JSON"),
        (&["update", &id, "rename", "-", "-"], "only one input can be read from standard input"),
    ] {
        let refused = run(arguments).refused(2);
        assert!(refused.starts_with(&format!("error: {said}")), "{arguments:?}: {refused}");
    }
    let refused = run(&["update", &id, "renam", "1"]).refused(2);
    assert!(refused.contains("did you mean `rename`?\n  it has `rename`\n"), "{refused}");
    let rejected = run(&["update", &id, "rename", "\"book\"", "\"\""]).refused(1);
    assert!(rejected.contains("update `rename` of workflow"), "{rejected}");
    assert!(rejected.contains("\n    a thing must have a name"), "{rejected}");
    let history = run(&["history", &id]).text();
    assert!(!history.contains("WorkflowExecutionSignaled"), "{history}");
    run(&["terminate", &id]).text();
}

#[test]
fn lists_the_handlers_as_the_workflow_metadata() {
    let id = started("metadata");
    let metadata = run(&["query", &id, "__temporal_workflow_metadata"]).json();
    assert_eq!(metadata["currentDetails"], json!(null));
    assert_eq!(
        metadata["definition"],
        json!({
            "type": "ParcelWorkflow",
            "queryDefinitions": [
                { "name": "heavier_than", "description": "(grams: u32) -> Vec<String>" },
                { "name": "state", "description": "The state of the workflow." },
            ],
            "signalDefinitions": [
                {
                    "name": "cancel",
                    "description": "Cancels the running activities.\n(reason: Option<String>)",
                },
                {
                    "name": "deliver",
                    "description": "Delivers the parcel.\n\nIt ends the workflow.\n(street: String, number: u32)",
                },
            ],
            "updateDefinitions": [
                { "name": "rename", "description": "(from: String, to: String) -> usize" },
            ],
        })
    );
    run(&["terminate", &id]).text();
}

#[test]
fn a_workflow_is_cancelled_or_terminated_with_a_reason() {
    let id = started("cancelled");
    run(&["cancel", &id, "--reason", "the shop is closed"]).text();
    assert_eq!(run(&["result", &id]).refused(1), format!("error: workflow `{id}` was cancelled\n"));
    assert!(run(&["history", &id]).text().contains("the shop is closed"));

    let id = started("terminated");
    assert_eq!(
        run(&["terminate", &id, "--reason", "enough", "--output", "json"]).json(),
        json!({ "workflow_id": id, "terminated": true })
    );
    assert_eq!(
        run(&["result", &id]).refused(1),
        format!("error: workflow `{id}` was terminated\n")
    );
    let refused = run(&["terminate", &id]).refused(1);
    assert_eq!(refused, format!("error: workflow `{id}` has ended\n"));
    let refused = run(&["signal", &id, "cancel"]).refused(1);
    assert_eq!(refused, format!("error: workflow `{id}` has ended\n"));
    for command in ["cancel", "describe", "history", "result", "reset --last", "stack", "terminate"]
    {
        let arguments: Vec<_> = command.split(' ').chain(["never-was"]).collect();
        let refused = run(&arguments).refused(1);
        assert_eq!(refused, "error: workflow `never-was` was not found\n", "{command}");
    }
}
