//! The command `schema`, as CI runs it.

use std::fs;
use std::process::{Command, Output};

use durable::contract::Contract;
use serde_json::Value;

fn schema(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contract-program"));
    command.arg("schema").args(arguments).current_dir(std::env::temp_dir());
    command.output().expect("the program runs")
}

fn printed(arguments: &[&str]) -> String {
    let output = schema(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Compares the program with an edited form of its contract. Returns the exit code, and the output.
fn checked(edit: impl Fn(String) -> String, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("contract.json");
    fs::write(&file, edit(printed(&["--format", "json"]))).expect("it is written");
    let file = file.display().to_string();
    let output = schema(&[&["--check", file.as_str()], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn the_contract_is_stable_and_reads_back() {
    let first = printed(&["--format", "json"]);
    assert_eq!(first, printed(&["--output", "json"]));
    let contract: Contract = first.parse().expect("it is a contract");
    assert_eq!(contract.to_json(), first);
    let delivery = &contract.queues[0].workflows[1];
    assert_eq!(delivery.run.name, "Delivery");
    assert_eq!(delivery.id_template.as_deref(), Some("parcel-{id}-{{x}}"));
    assert_eq!(delivery.updates[0].error.as_deref(), Some("CarrierError"));
    assert!(!contract.errors["CarrierError"].kinds["TooHeavy"].retryable);
    assert!(contract.types.contains_key("Parcel"));
}

#[test]
fn a_program_that_has_not_changed_passes() {
    let (code, text) = checked(|contract| contract, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no difference"), "{text}");
}

#[test]
fn a_breaking_change_has_an_exit_code_of_its_own() {
    let renamed = |contract: String| contract.replace("\"leave_at\"", "\"leave_it_at\"");
    let (code, text) = checked(renamed, &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("signal `leave_it_at`: it is renamed to `leave_at`"), "{text}");
    assert!(text.contains("breaks callers, running workflows"), "{text}");
    assert!(text.contains("`name = \"..\"`"), "{text}");

    let (code, text) = checked(renamed, &["--output", "json"]);
    assert_eq!(code, Some(3), "{text}");
    let end = text.find("\n}\n").expect("an object") + 3;
    let found: Value = serde_json::from_str(&text[..end]).expect("it is JSON");
    assert_eq!(found["breaking"], true);
    assert_eq!(found["findings"][0]["code"], "signal-renamed");

    let everybody = ["--ignore", "callers", "--ignore", "running-workflows"];
    let (code, text) = checked(renamed, &everybody);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn what_is_new_passes() {
    let without = |contract: String| {
        let mut contract: Value = serde_json::from_str(&contract).expect("it is JSON");
        contract["queues"][0]["workflows"].as_array_mut().expect("a list").remove(0);
        contract.to_string()
    };
    let (code, text) = checked(without, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("[workflow-added]"), "{text}");
}

#[test]
fn a_file_that_is_no_contract_is_refused_with_the_reason() {
    let (code, text) = checked(|_| "{}".to_owned(), &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("not a contract; write one with `schema --output json`"), "{text}");
    let output = schema(&["--check", "no-such-file.json"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn the_catalogue_has_an_overview_and_everything_else() {
    let page = printed(&["--format", "markdown"]);
    for part in [
        "3 workflows and 2 activities on 1 task queue.",
        "| [Delivery](#workflow-delivery) | `contract-types` | `Delivery(parcel: Parcel) -> Option<u32>` | Delivers a parcel. |",
        "## Queue `contract-types`",
        "### Workflow Delivery",
        "- id: `parcel-{id}-{{x}}`",
        "| signal | `leave_at(door: String, times: Option<u8>)` | Says where the parcel may be left. |",
        "- startToCloseTimeout: 10 s",
        "| `CarrierError` | `Strike` | yes, after 60000 ms | The carrier refuses. |",
        "| `at_the_door` | `boolean` | no | Left at the door if nobody is at home. |",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
}

#[test]
fn the_format_of_the_file_is_documented() {
    let schema = printed(&["--format", "json-schema"]);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/contract.schema.json");
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some() {
        fs::write(path, &schema).expect("it is written");
    }
    let documented = fs::read_to_string(path).expect("the file is there");
    assert_eq!(documented, schema, "write it with DURABLE_WRITE_DOCS=1");
}
