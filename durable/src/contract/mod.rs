//! The contract of workflows and activities with their callers: export, catalogue, comparison, and clients in other
//! languages.
//!
//! [`Contract::of`] describes the registry: inputs, outputs, signals, queries, updates, errors with their
//! retryability, queues, default options, search attributes and doc comments. A type that implements
//! [`JsonSchema`](schemars::JsonSchema) has a JSON Schema in it; every other type is opaque.
//!
//! ```standalone_crate
//! use durable::Registry;
//! use durable::contract::Contract;
//!
//! let contract = Contract::of(&Registry::collect()?);
//! println!("{}", contract.to_json());
//! # Ok::<(), durable::definition::RegistryError>(())
//! ```
//!
//! The command `schema` of the feature `cli` exports it, compares it with a committed file, and writes clients.

mod calls;
mod client;
mod collect;
mod compare;
mod comparer;
mod file;
mod finding;
mod fixes;
mod markdown;
mod model;
mod renames;
mod schemas;
mod shape;
mod subset;

pub use client::Language;
pub use file::InvalidContract;
pub use finding::{Affected, Comparison, Finding, Verdict};
pub use model::{
    ActivityContract, CallContract, Contract, ErrorContract, ErrorKindContract, InputContract,
    QueueContract, TypeContract, WorkflowContract,
};

use crate::definition::Registry;

impl Contract {
    /// Describes the workflows and activities of a registry.
    #[must_use]
    pub fn of(registry: &Registry) -> Self {
        collect::contract(registry)
    }

    /// Returns the catalogue: a page in Markdown for people, with an overview.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::catalogue(self)
    }

    /// Compares this contract, which is new, with an old one.
    ///
    /// The code within workflows is not compared. Replay recorded histories to check that.
    #[must_use]
    pub fn compare(&self, old: &Self) -> Comparison {
        compare::compare(old, self)
    }
}
