//! Text from the server on a terminal: it neither moves the cursor nor breaks a table.

use std::fs;

use durable_tests::{Shared, unique};
use serde_json::{Value, json};

use crate::{Ran, parcel, run};

/// A line break, a control sequence in 7 and in 8 bits, and a mark that turns the direction of text.
const PLANTED: &str = "\n\u{1b}[2J\u{9b}1A\u{202e}end";
/// The same, escaped.
const ESCAPED: &str = r"\n\u{1b}[2J\u{9b}1A\u{202e}end";

/// Returns both outputs, which must contain nothing that a terminal acts on but line breaks.
fn harmless(ran: &Ran) -> String {
    let text = format!("{}{}", ran.stdout, ran.stderr);
    let acts = |char: char| (char.is_control() && char != '\n') || char == '\u{202e}';
    assert!(!text.contains(acts), "{ran:#?}");
    assert!(!text.contains("\nend") && !text.contains("\n\u{1b}"), "{ran:#?}");
    text
}

#[test]
fn no_command_prints_a_control_character_of_the_server() {
    let id = format!("{}{PLANTED}", unique("planted"));
    let memo = format!("note={}", Value::from(PLANTED));
    let input = parcel("7", &[(PLANTED, 300)]);
    let note = format!("a note{PLANTED}");
    let start = ["--id", &id, "--memo", &memo, "--summary", &note];
    let started = run(&[&["start", "ParcelWorkflow", &input], &start[..]].concat());
    assert!(harmless(&started).contains(ESCAPED), "{started:#?}");
    let schedule = ["schedule", "create", &id, "ParcelWorkflow", &input, "--manual"];
    let listed = durable_tests::eventually("the planted workflow", || async {
        let listed = run(&["list", "--id-prefix", id.split('\n').next().unwrap_or_default()]);
        listed.stdout.contains("end").then_some(listed)
    });
    let listed = Shared::get().runtime().block_on(listed);
    assert_eq!(harmless(&listed).lines().count(), 2, "{listed:#?}");
    for command in [
        &["describe", &id][..],
        &["query", &id, "heavier_than", "0"],
        &["signal", &id, "unknown"],
        &["update", &id, "rename", "\"\"", &Value::from(PLANTED).to_string()],
        &["cancel", &id, "--reason", &note],
        &["history", &id],
        &["replay", "--workflow", &id],
        &["terminate", &id, "--reason", &note],
        &["history", &id],
        &["describe", &id],
        &["result", &id],
        &["result", &format!("{id}-unknown")],
        &schedule,
        &["schedule", "pause", &id, "--note", &note],
        &["schedule", "describe", &id],
        &["schedule", "list"],
        &["schedule", "delete", &id],
        &["schedule", "describe", &id],
    ] {
        harmless(&run(command));
    }
    let history = run(&["history", &id]);
    assert!(history.stdout.contains(&format!("a note{ESCAPED}")), "{history:#?}");
}

#[test]
fn json_for_programs_is_unchanged() {
    let id = format!("{}{PLANTED}", unique("planted"));
    let input = parcel("7", &[(PLANTED, 300)]);
    run(&["start", "ParcelWorkflow", &input, "--id", &id]).text();
    let query = ["query", &id, "heavier_than", "0"];
    let (text, json) = (run(&query), run(&[&query[..], &["--output", "json"]].concat()));
    assert!(json.stdout.contains('\u{9b}'), "{json:#?}");
    assert_eq!(text.json(), json!([PLANTED]));
    assert_eq!(json.json(), json!([PLANTED]));
    let described = run(&["describe", &id, "--output", "json"]).json();
    assert_eq!(described["workflow_id"], json!(id));
    run(&["terminate", &id]).text();
}

#[cfg(unix)]
#[test]
fn a_saved_history_is_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let id = unique("private");
    run(&["start", "ParcelWorkflow", &parcel("7", &[]), "--id", &id]).text();
    let folder = std::env::temp_dir().join(&id);
    let file = folder.join("history.json");
    for _ in 0..2 {
        run(&["history", &id, "--save", file.to_str().expect("a path")]).text();
        let mode = fs::metadata(&file).expect("it is written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
    }
    fs::remove_dir_all(folder).expect("it is ours");
    run(&["terminate", &id]).text();
}
