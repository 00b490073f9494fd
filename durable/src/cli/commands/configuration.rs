//! `config`: the effective configuration with its sources, and the JSON Schema of the file.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::{Cell, ids, table, text, whole};
use crate::config::{Config, Setting, ValueSource};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Configuration {
    /// Prints the effective value of every key and its source, or every problem
    ///
    /// Secrets are masked. Values that another setting switches off are marked as unused. The options
    /// of the command line take precedence over all of them, and aren't shown.
    Check {
        /// Leaves out the built-in values
        #[arg(long)]
        set: bool,
    },
    /// Prints the JSON Schema of the file, with which editors complete and check it
    Schema,
}

impl Configuration {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let set = match self {
            Self::Schema => return context.output().json(&Config::json_schema()),
            Self::Check { set } => *set,
        };
        let settings = context.config()?.settings().into_iter();
        let settings: Vec<_> =
            settings.filter(|setting| !set || setting.source != ValueSource::BuiltIn).collect();
        let as_json: Value = settings.iter().map(as_json).collect();
        context.output().show(&as_json, || {
            let rows: Vec<_> = settings.iter().map(row).collect();
            table(&[whole("key"), text("value"), ids("from")], &rows)
        })
    }
}

fn as_json(setting: &Setting) -> Value {
    json!({
        "key": setting.key,
        "value": setting.value,
        "source": setting.source.to_string(),
        "unused": setting.unused,
    })
}

fn row(setting: &Setting) -> Vec<Cell> {
    let value = match (&setting.value, setting.without) {
        (Some(value), _) => value.clone(),
        (None, Some(without)) => format!("- ({without})"),
        (None, None) => "-".to_owned(),
    };
    let source = match setting.unused {
        Some(reason) => format!("{}, unused: {reason}", setting.source),
        None => setting.source.to_string(),
    };
    crate::cli::output::row![setting.key.clone(), value, source]
}
