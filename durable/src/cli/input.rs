//! Inputs on the command line: JSON in the argument, in a file, or on standard input.

use std::io::Read as _;
use std::{fs, io};

use serde_json::Value;

use super::exit::{Outcome, Problem};
use crate::strict_json as json;

/// Reads each argument. `@file` and `-` name the place of the JSON.
pub(super) fn read(arguments: &[String]) -> Outcome<Vec<Value>> {
    if arguments.iter().filter(|argument| *argument == "-").count() > 1 {
        return Err(Problem::misuse("only one input can be read from standard input (`-`)"));
    }
    arguments.iter().map(|argument| one(argument)).collect()
}

fn one(argument: &str) -> Outcome<Value> {
    if argument == "-" {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        read.map_err(|error| unreadable("standard input", &error))?;
        return parse("standard input", &text);
    }
    if let Some(path) = argument.strip_prefix('@') {
        let text = fs::read_to_string(path);
        let text = text.map_err(|error| unreadable(&format!("the file {path}"), &error))?;
        return parse(path, &text);
    }
    parse("the input", argument)
}

fn parse(place: &str, text: &str) -> Outcome<Value> {
    json::parse(text).map_err(|error| {
        let word = text.trim();
        let is_word =
            !word.is_empty() && !word.starts_with(['{', '[', '"']) && !word.contains('\n');
        let hint = if is_word {
            format!("; write a text with quotes: '{}'", Value::from(word))
        } else {
            String::new()
        };
        Problem::misuse(format!("{place} is not valid JSON: {error}{hint}"))
    })
}

fn unreadable(what: &str, error: &io::Error) -> Problem {
    Problem::misuse(format!("cannot read {what}: {error}"))
}
