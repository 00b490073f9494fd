//! The frame of a module, which all languages share.

use std::collections::BTreeMap;

use super::names::Names;
use super::types::Type;
use crate::contract::model::{CallContract, Contract, QueueContract, WorkflowContract};

/// The text of a module, as far as it is written.
pub(super) struct Module {
    /// The names of the types in the language, by their names in the contract.
    pub(super) types: BTreeMap<String, String>,
    pub(super) text: String,
    indent: &'static str,
}

impl Module {
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            self.text.push_str(&self.indent.repeat(indent));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }
}

/// The writer of modules in a language.
pub(super) trait Writer: Sized {
    /// The words that are no names.
    const RESERVED: &'static [&'static str];
    /// The names of the module that the types and classes must not take.
    const IMPORTED: &'static [&'static str];
    /// The begin of the module.
    const HEAD: &'static str;
    /// The space of one level.
    const INDENT: &'static str;

    fn new(module: Module) -> Self;

    fn into_text(self) -> String;

    /// Returns a type as the language writes it.
    fn shown(&self, of: &Type) -> String;

    /// Writes a type of the contract.
    fn named(&mut self, name: &str, of: &Type, description: &str);

    /// Writes a workflow, with the names of its class and of its handle.
    fn workflow(&mut self, queue: &QueueContract, workflow: &WorkflowContract, names: (&str, &str));

    /// Returns the parameters with their types, each followed by a comma, and their names.
    fn inputs(&self, call: &CallContract, taken: &[&str]) -> (String, String) {
        let mut names = Names::new(Self::RESERVED, taken);
        let (mut parameters, mut arguments) = (Vec::new(), Vec::new());
        for input in &call.inputs {
            let name = names.take(&input.name);
            parameters.push(format!("{name}: {}, ", self.shown(&Type::written(&input.of))));
            arguments.push(name);
        }
        (parameters.concat(), arguments.join(", "))
    }
}

/// Returns a module for a contract.
pub(super) fn module<W: Writer>(contract: &Contract) -> String {
    let mut names = Names::new(W::RESERVED, W::IMPORTED);
    let types = contract.types.keys().map(|name| (name.clone(), names.take(name)));
    let module = Module { types: types.collect(), text: W::HEAD.to_owned(), indent: W::INDENT };
    let mut writer = W::new(module);
    for (name, schema) in &contract.types {
        writer.named(name, &Type::of(schema), schema["description"].as_str().unwrap_or_default());
    }
    for queue in &contract.queues {
        for workflow in &queue.workflows {
            let class = names.take(&workflow.run.name);
            let handle = names.take(&format!("{class}Handle"));
            writer.workflow(queue, workflow, (&class, &handle));
        }
    }
    writer.into_text()
}
