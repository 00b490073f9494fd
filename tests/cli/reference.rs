//! The reference of the commands in docs/cli-reference.md says what clap knows.

use std::fmt::Write as _;
use std::path::Path;

use durable::cli::Cli;
use durable::cli::clap::{Arg, ArgAction, Command};

const TITLE: &str = "\
# Commands and options

This page is the help of every command, and is generated from it. [The command line](cli.md) explains the commands with examples.
The program is called `tickets` here. Some commands need a feature: `codec-server` that of its name, `dev` the feature
`dev-server`, `keys` the feature `encryption`, and `replay` the feature `testing`.
";

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace("\n\n", "<br>").replace('\n', " ")
}

/// The option or argument as it is written: `--queue <QUEUE>`, or `[INPUT]...`.
fn written(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default().iter();
    let values = values.map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ");
    let takes_values = argument.get_action().takes_values();
    let many = argument.get_num_args().is_some_and(|number| number.max_values() > 1);
    let many =
        many || (argument.is_positional() && matches!(argument.get_action(), ArgAction::Append));
    let repeats = if many { "..." } else { "" };
    let mut text = String::new();
    if let Some(short) = argument.get_short() {
        write!(text, "-{short}, ").expect("text");
    }
    match argument.get_long() {
        Some(long) if takes_values => write!(text, "--{long} {values}{repeats}").expect("text"),
        Some(long) => write!(text, "--{long}").expect("text"),
        None => write!(text, "{values}{repeats}").expect("text"),
    }
    text
}

/// The text without the full stop at its end, which not all have.
fn sentence(text: Option<String>) -> String {
    text.unwrap_or_default().trim_end_matches('.').to_owned()
}

/// The help of an argument, with its values and its default.
fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let mut text = sentence(help.map(ToString::to_string));
    if argument.is_required_set() {
        text += ". Required";
    }
    let values = argument.get_possible_values();
    let values: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
    if argument.get_action().takes_values() && !values.is_empty() {
        let names = values.iter().map(|value| format!("`{}`", value.get_name()));
        write!(text, ". Values: {}", names.collect::<Vec<_>>().join(", ")).expect("text");
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| format!("`{}`", value.to_string_lossy())).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        write!(text, ". Default: {}", defaults.join(", ")).expect("text");
    }
    text
}

/// The table of arguments, or nothing if there are none.
fn table<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let row =
        |argument: &Arg| format!("| `{}` | {} |\n", written(argument), cell(&meaning(argument)));
    let rows: String = arguments.map(row).collect();
    if rows.is_empty() { rows } else { format!("\n| argument | meaning |\n|---|---|\n{rows}") }
}

/// Returns whether an argument is one of a command alone, and is shown in its help.
fn is_own(argument: &Arg) -> bool {
    let id = argument.get_id();
    !argument.is_global_set() && !argument.is_hide_set() && id != "help" && id != "version"
}

/// The sections of a command and those within it.
fn section(command: &Command, path: &str, level: usize) -> String {
    let path = format!("{path} {}", command.get_name()).trim_start().to_owned();
    let about = command.get_long_about().or(command.get_about());
    let about = sentence(about.map(ToString::to_string));
    let mut text = format!("\n{} `{path}`\n\n{about}.\n", "#".repeat(level));
    text += &table(command.get_arguments().filter(|argument| is_own(argument)));
    text + &sections(command, &path, level + 1)
}

/// The sections of the commands within one, in the order of their names.
fn sections(command: &Command, path: &str, level: usize) -> String {
    let within = command.get_subcommands().filter(|within| within.get_name() != "help");
    let mut within: Vec<_> = within.collect();
    within.sort_by_key(|within| within.get_name());
    within.into_iter().map(|within| section(within, path, level)).collect()
}

#[test]
fn documentation_has_every_command_and_option() {
    let program = Cli::new().name("tickets").clap_command();
    let mut text = TITLE.to_owned() + "\n## Options of every command\n";
    let serve = program.find_subcommand("serve").expect("every program serves");
    text += &table(serve.get_arguments().filter(|argument| argument.is_global_set()));
    text += &sections(&program, "", 2);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli-reference.md");
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(page, text).expect("it can be written");
    } else {
        let found = std::fs::read_to_string(page).unwrap_or_default();
        assert_eq!(found, text, "write docs/cli-reference.md anew with DURABLE_WRITE_DOCS=1");
    }
}
