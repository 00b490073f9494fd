//! Examples in the help of the commands.

use std::fmt::Write as _;

use clap::Command;
use clap::builder::styling::Style;

/// The examples of a command, each with a comment. Commands within others are named with both.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    ("serve", &[("serve --queue orders --drain-timeout 5m", "one queue, with time to end")]),
    (
        "start",
        &[
            (r#"start OrderWorkflow '{"id": "7"}'"#, "the input in the argument"),
            ("start OrderWorkflow @order.json --id order-7", "in a file, with an id"),
        ],
    ),
    ("execute", &[("execute OrderWorkflow @order.json --timeout 1h", "waits for at most an hour")]),
    ("result", &[("result order-7 --timeout 5m", "waits for at most 5 minutes")]),
    (
        "signal",
        &[
            ("signal order-7 approve '\"Ada\"'", "one workflow"),
            (
                "signal --query 'WorkflowType = \"OrderWorkflow\"' approve '\"Ada\"'",
                "all that match, after a question",
            ),
        ],
    ),
    ("query", &[("query order-7 status --timeout 5s", "fails after 5 seconds, with the reason")]),
    ("update", &[("update order-7 add_item '\"book\"' 2", "two inputs")]),
    (
        "describe",
        &[
            ("describe order-7", "what it waits for, or why it failed"),
            ("describe order-7 --output json", "for programs"),
        ],
    ),
    ("stack", &[("stack order-7", "the places in the code at which it waits")]),
    (
        "list",
        &[
            ("list --status running --type OrderWorkflow", "stuck ones are marked"),
            ("list --id-prefix order- --watch", "again and again"),
        ],
    ),
    (
        "history",
        &[
            ("history order-7 --payloads", "with inputs and outputs"),
            ("history order-7 --follow", "each event as it comes"),
        ],
    ),
    ("cancel", &[("cancel order-7 --reason 'a mistake'", "one workflow")]),
    (
        "terminate",
        &[
            ("terminate order-7 --reason 'a mistake'", "one workflow"),
            (
                "terminate --query 'WorkflowType = \"OldWorkflow\"' --yes",
                "many, without a question",
            ),
        ],
    ),
    (
        "reset",
        &[
            ("reset order-7 --last", "repeats the last workflow task"),
            ("reset order-7 --event 12", "repeats from an event"),
            ("reset order-7 --before-build 1.4.2", "undoes what a build has done"),
        ],
    ),
    (
        "pause",
        &[
            ("pause order-7 --activity-type charge --reason 'the bank is down'", "its activities"),
            ("pause order-7", "the whole workflow"),
        ],
    ),
    ("unpause", &[("unpause order-7 --activity-type charge", "its activities")]),
    ("queue", &[("queue orders", "who polls it, and how much waits")]),
    ("workers", &[("workers --queue orders", "the workers of a queue")]),
    (
        "schedule create",
        &[(
            "schedule create nightly ReportWorkflow --cron '0 3 * * *' --time-zone Europe/Rome",
            "every day at three",
        )],
    ),
    ("schedule pause", &[("schedule pause nightly --note 'until Monday'", "with a note")]),
    (
        "completions",
        &[
            ("completions bash", "in ~/.bashrc: source <(... completions bash)"),
            ("completions fish", "in config.fish: ... completions fish | source"),
        ],
    ),
];

const BOLD: Style = Style::new().bold().underline();

/// Adds the examples to the help of the commands of a program.
pub(super) fn added(mut command: Command, program: &str) -> Command {
    for (path, examples) in EXAMPLES {
        let text = text(program, examples);
        let words: Vec<_> = path.split(' ').collect();
        command = within(command, &words, &text);
    }
    command
}

fn within(command: Command, path: &[&str], text: &str) -> Command {
    match path.split_first() {
        None => command.after_help(text.to_owned()),
        // Features leave commands out.
        Some((name, _)) if command.find_subcommand(name).is_none() => command,
        Some((name, rest)) => command.mut_subcommand(name, |inner| within(inner, rest, text)),
    }
}

fn text(program: &str, examples: &[(&str, &str)]) -> String {
    let mut text = format!("{BOLD}Examples:{BOLD:#}\n");
    for (example, comment) in examples {
        let _ = writeln!(text, "  {program} {example}\n      {comment}");
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::arguments::Arguments;

    #[test]
    fn every_example_is_a_command_that_is_understood() {
        let command = crate::cli::negative::allowed(Arguments::command()).name("shop");
        for (path, examples) in EXAMPLES {
            for (example, _) in *examples {
                let words = shell_words(&format!("shop {example}"));
                let parsed = command.clone().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
                assert!(example.starts_with(path), "{example}");
            }
        }
    }

    /// Splits a line into words as a shell does, with single quotes.
    fn shell_words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (place, part) in line.split('\'').enumerate() {
            if place % 2 == 1 {
                words.last_mut().unwrap().push_str(part);
                continue;
            }
            for (index, word) in part.split(' ').enumerate() {
                if index > 0 {
                    words.push(String::new());
                }
                words.last_mut().unwrap().push_str(word);
            }
        }
        words.into_iter().filter(|word| !word.is_empty()).collect()
    }
}
