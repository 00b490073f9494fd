//! `schema`: the registry of this program, as a table or as the contract with its callers.

#[cfg(feature = "schema")]
mod check;
#[cfg(not(feature = "schema"))]
mod plain;
mod table;

#[cfg(feature = "schema")]
use std::path::PathBuf;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::definition::Registry;
use crate::error::Error;

#[derive(Debug, Args)]
pub(in crate::cli) struct Schema {
    /// Prints the contract as JSON, or as a catalogue in Markdown, in place of a table
    #[cfg(feature = "schema")]
    #[arg(long, value_enum, ignore_case = true, conflicts_with_all = ["check", "client"])]
    format: Option<SchemaFormat>,
    /// Compares the program with a contract that was written before, and prints what breaks
    ///
    /// The exit code is 0 if nothing breaks, and 3 otherwise.
    #[cfg(feature = "schema")]
    #[arg(long, value_name = "FILE", conflicts_with = "client")]
    check: Option<PathBuf>,
    /// Leaves out those who can't break; may be repeated
    ///
    /// For example `old-workers`, if all workers are stopped before an update.
    #[cfg(feature = "schema")]
    #[arg(long, value_name = "WHO", value_enum, ignore_case = true, requires = "check")]
    ignore: Vec<check::Ignored>,
    /// Prints a typed client module in another language
    #[cfg(feature = "schema")]
    #[arg(long, value_name = "LANGUAGE", value_enum, ignore_case = true)]
    client: Option<ClientLanguage>,
}

/// The form of the contract.
#[cfg(feature = "schema")]
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SchemaFormat {
    /// The contract, for `--check` and other tools
    Json,
    /// A catalogue for people
    Markdown,
    /// The JSON Schema of the contract's own format
    JsonSchema,
}

/// The language of a client.
#[cfg(feature = "schema")]
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ClientLanguage {
    /// For the package `temporalio`
    Python,
    /// For the package `@temporalio/client`
    Typescript,
}

impl Schema {
    #[cfg(feature = "schema")]
    pub(super) fn run(&self, context: &Context) -> Outcome {
        use crate::cli::output::print;
        use crate::contract::{Contract, Language};

        let registry = Registry::collect().map_err(Error::from)?;
        let contract = Contract::of(&registry);
        if let Some(file) = &self.check {
            return check::run(context, &contract, file, &self.ignore);
        }
        match (self.format, self.client) {
            (Some(SchemaFormat::Json), _) => print(&contract.to_json()),
            (Some(SchemaFormat::Markdown), _) => print(&contract.to_markdown()),
            (Some(SchemaFormat::JsonSchema), _) => context.output().json(&Contract::json_schema()),
            (None, Some(ClientLanguage::Python)) => print(&contract.client(Language::Python)),
            (None, Some(ClientLanguage::Typescript)) => {
                print(&contract.client(Language::TypeScript))
            }
            (None, None) => {
                context.output().show(&contract.to_value(), || table::table_of(&registry))
            }
        }
    }

    #[cfg(not(feature = "schema"))]
    #[allow(clippy::unused_self, reason = "as the other commands")]
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let registry = Registry::collect().map_err(Error::from)?;
        context.output().show(&plain::value_of(&registry), || table::table_of(&registry))
    }
}
