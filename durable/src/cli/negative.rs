//! Negative numbers among the arguments, which clap takes for options.

use std::ffi::OsString;

use clap::Command;

/// Lets the arguments of a command and of its subcommands take negative numbers as their values.
pub(super) fn allowed(command: Command) -> Command {
    command
        .mut_args(|argument| {
            let takes_values = argument.get_action().takes_values();
            argument.allow_negative_numbers(takes_values)
        })
        .mut_subcommands(allowed)
}

/// Puts a space before a number such as `-1e-5`, which clap 4.6 does not know as a number. JSON may
/// begin with a space, and an option cannot.
pub(super) fn shielded(argument: OsString) -> OsString {
    let is_number = argument.to_str().is_some_and(|text| {
        text.starts_with('-') && text.contains(['e', 'E']) && is_json_number(text)
    });
    if is_number {
        let mut shielded = OsString::from(" ");
        shielded.push(argument);
        return shielded;
    }
    argument
}

fn is_json_number(text: &str) -> bool {
    matches!(serde_json::from_str(text), Ok(serde_json::Value::Number(_)))
}

#[cfg(test)]
mod tests {
    use super::shielded;

    #[test]
    fn shields_numbers_and_leaves_options_alone() {
        for (argument, expected) in [
            ("-1e-5", " -1e-5"),
            ("-2.5E+3", " -2.5E+3"),
            ("-5", "-5"),
            ("-e", "-e"),
            ("--execution-timeout", "--execution-timeout"),
            ("1e-5", "1e-5"),
        ] {
            assert_eq!(shielded(argument.into()), expected, "{argument}");
        }
    }
}
