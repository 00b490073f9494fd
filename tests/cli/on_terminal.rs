//! Commands on a real terminal, which `script` of util-linux makes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use durable_tests::{Shared, unique};

use crate::{program, run};

/// Runs the program on a terminal with these answers at its keyboard, and returns all that it showed.
fn on_terminal(arguments: &[&str], answers: &str) -> (Option<i32>, String) {
    let of = program(arguments);
    let quoted =
        |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
    let line: Vec<_> = std::iter::once(of.get_program()).chain(of.get_args()).map(quoted).collect();
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"]);
    command.env("TEMPORAL_ADDRESS", Shared::get().address()).env_remove("COLUMNS");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("util-linux is installed");
    let mut keyboard = child.stdin.take().expect("it is piped");
    keyboard.write_all(answers.as_bytes()).expect("it is read");
    let output = child.wait_with_output().expect("it ends");
    drop(keyboard);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_wait_says_on_a_terminal_what_it_waits_for() {
    let id = unique("told");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    let (code, shown) = on_terminal(&["result", &id, "--timeout", "4s"], "");
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains(&format!("waiting for `{id}`: no worker polls `cli-nobody`")),
        "{shown:?}"
    );
    assert!(shown.contains("had no result within 4s"), "{shown:?}");
    run(&["terminate", &id]).text();
}

#[test]
fn many_workflows_are_changed_after_a_question_on_a_terminal() {
    let id = unique("asked");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    let query = format!("WorkflowId = '{id}'");
    let listed = durable_tests::eventually("the workflow in the list", || async {
        (run(&["list", "--query", &query, "--count"]).text() == "1\n").then_some(())
    });
    Shared::get().runtime().block_on(listed);
    let terminate = ["terminate", "--query", &query];
    let (code, shown) = on_terminal(&terminate, "n\n");
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("terminate 1 running workflow? [y/N]"), "{shown:?}");
    assert!(shown.contains("nothing was changed"), "{shown:?}");
    let (code, shown) = on_terminal(&terminate, "y\n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("terminated 1 of 1 running workflow"), "{shown:?}");
}
