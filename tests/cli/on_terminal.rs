//! Commands on a real terminal, which `script` of util-linux makes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use durable_tests::{Shared, unique};

use crate::{program, run};

/// Runs the program on a terminal with these answers at its keyboard, and returns all that it showed.
fn on_terminal(arguments: &[&str], answers: &str) -> (Option<i32>, String) {
    on_terminal_of(None, arguments, answers)
}

/// Does the same on a terminal with this many columns.
fn on_terminal_of(
    columns: Option<usize>,
    arguments: &[&str],
    answers: &str,
) -> (Option<i32>, String) {
    let of = program(arguments);
    let quoted =
        |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
    let line: Vec<_> = std::iter::once(of.get_program()).chain(of.get_args()).map(quoted).collect();
    let width =
        columns.map_or_else(String::new, |columns| format!("stty rows 50 cols {columns}; "));
    let mut command = Command::new("script");
    let line = format!("{width}{}", line.join(" "));
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command
        .env("TEMPORAL_ADDRESS", Shared::get().address())
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1");
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

/// Returns the names of the commands in a help.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn help_of_each_command_wraps_at_the_width_of_the_terminal() {
    let mut left = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = left.pop() {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let (code, help) = on_terminal_of(Some(80), &arguments, "");
        assert_eq!(code, Some(0), "{path:?}: {help}");
        let help = help.replace('\r', "");
        // Clap 4 wraps everything but the line of the usage.
        for line in help.lines().filter(|line| !line.starts_with("Usage: ")) {
            assert!(line.chars().count() <= 80, "{path:?}: {line}\n{help}");
        }
        seen += 1;
        let inner = commands(&help).into_iter().filter(|name| name != "help");
        left.extend(inner.map(|name| [&path[..], &[name]].concat()));
    }
    assert!(seen > 30, "{seen} commands");
    let (_, wide) = on_terminal_of(Some(200), &["list", "--help"], "");
    assert!(wide.lines().any(|line| line.chars().count() > 100), "{wide}");
}
