//! Commands of the program's own, help, completions, and arguments that cannot be parsed.

use durable_tests::unique;

use crate::{run, run_alone};

#[test]
fn a_command_of_ones_own_has_the_client_of_the_command_line() {
    let id = unique("own");
    let counted = run(&["tally", &id, "--output", "json"]).text();
    assert_eq!(counted, format!("0 of {id} (json: true)\n"));
    let failed = run(&["tally", &id, "--fail"]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert_eq!(failed.stderr, "error: it was asked to fail\n");
    let refused = run_alone(&["tally", "x", "--address", "127.0.0.1:3"]).refused(1);
    assert!(refused.contains("no Temporal server answers at 127.0.0.1:3"), "{refused}");
    assert!(run_alone(&["tally"]).refused(2).contains("<PREFIX>"));
}

#[test]
fn help_and_version_are_the_programs_own() {
    let help = run_alone(&["--help"]).text();
    assert!(help.contains("Usage: cli-program [OPTIONS] <COMMAND>"), "{help}");
    assert!(help.contains("Counts the workflows whose id starts so"), "{help}");
    assert_eq!(run_alone(&["--version"]).text(), "cli-program 7.8.9\n");
    let refused = run_alone(&["strat"]).refused(2);
    assert!(refused.contains("similar subcommands exist"), "{refused}");
    assert!(run_alone(&[]).refused(2).contains("Usage: cli-program"));
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run_alone(&["completions", shell]).text();
        assert!(script.contains("cli-program"), "{shell}: {script}");
    }
    assert!(run_alone(&["completions", "tcsh"]).refused(2).contains("possible values: bash"));
}

#[test]
fn help_has_examples() {
    let help = run_alone(&["reset", "--help"]).text();
    assert!(help.contains("Examples:\n  cli-program reset order-7 --last\n"), "{help}");
    assert!(run_alone(&["schedule", "create", "-h"]).text().contains("--cron '0 3 * * *'"));
}
