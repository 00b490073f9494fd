//! Configuration without a server: what is read, in which order, and everything that is said of
//! mistakes.

mod documentation;
mod effective;
mod mistakes;
mod order;
mod random;
mod reading;
mod secrets;
mod unused;

use durable::config::{Config, ConfigError, ConfigProblem};

/// Loads a text in an environment that has nothing but these variables.
fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::loader().text(text).environment(variables.iter().copied()).load()
}

/// Returns the effective value of a key.
fn value(config: &Config, key: &str) -> Option<String> {
    let settings = config.settings();
    let setting = settings.into_iter().find(|setting| setting.key == key);
    setting.unwrap_or_else(|| panic!("there is no {key}")).value
}

/// Returns the source of a key's value.
fn source(config: &Config, key: &str) -> String {
    let settings = config.settings();
    let setting = settings.into_iter().find(|setting| setting.key == key);
    setting.unwrap_or_else(|| panic!("there is no {key}")).source.to_string()
}

/// Everything that is wrong with a text.
fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<ConfigProblem> {
    load(text, variables).expect_err("something is wrong").problems
}

/// The same, as it is printed.
fn printed(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    problems(text, variables).iter().map(ToString::to_string).collect()
}
