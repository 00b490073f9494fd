//! The contract of a registry.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::model::{
    ActivityContract, CallContract, Contract, ErrorContract, ErrorKindContract, FORMAT,
    InputContract, QueueContract, WorkflowContract,
};
use super::schemas::Schemas;
use crate::definition::{
    ActivityEntry, CallSchemas, HandlerDescription, Parameter, Queue, Registry, WorkflowEntry,
};
use crate::options::{ActivityOptions, RetryOptions, WorkflowOptions};

pub(super) fn contract(registry: &Registry) -> Contract {
    let mut collector = Collector { schemas: Schemas::new(), errors: BTreeMap::new() };
    let queues = registry.queues().map(|(name, queue)| collector.queue(name, queue)).collect();
    let declared = registry.declared().map(|(name, queue)| collector.queue(name, queue)).collect();
    let attributes = registry.search_attributes().iter();
    let search_attributes =
        attributes.map(|it| (it.name.to_owned(), it.kind.to_string())).collect();
    let types = collector.schemas.finish();
    let mut contract = Contract {
        format: FORMAT,
        queues,
        declared,
        errors: collector.errors,
        search_attributes,
        types: BTreeMap::new(),
    };
    for call in calls_mut(&mut contract) {
        call.inputs.iter_mut().for_each(|input| types.settle(&mut input.of));
        call.output.iter_mut().for_each(|output| types.settle(output));
    }
    contract.errors.values_mut().for_each(|error| types.settle(&mut error.values));
    contract.types = types.named;
    contract
}

/// Returns every call of a contract.
fn calls_mut(contract: &mut Contract) -> impl Iterator<Item = &mut CallContract> {
    let queues = contract.queues.iter_mut().chain(&mut contract.declared);
    queues.flat_map(|queue| {
        let workflows = queue.workflows.iter_mut().flat_map(|workflow| {
            let handlers = workflow.signals.iter_mut().chain(&mut workflow.queries);
            handlers.chain(&mut workflow.updates).chain([&mut workflow.run])
        });
        workflows.chain(queue.activities.iter_mut().map(|activity| &mut activity.run))
    })
}

struct Collector {
    schemas: Schemas,
    errors: BTreeMap<String, ErrorContract>,
}

impl Collector {
    fn queue(&mut self, name: &str, queue: &Queue) -> QueueContract {
        QueueContract {
            name: name.to_owned(),
            workflows: queue.workflows().iter().map(|it| self.workflow(it)).collect(),
            activities: queue.activities().iter().map(|it| self.activity(it)).collect(),
        }
    }

    fn workflow(&mut self, entry: &WorkflowEntry) -> WorkflowContract {
        let schemas = entry.schemas();
        let mut handlers = |kind: &str, described: &[HandlerDescription]| {
            let handlers = described.iter().map(|handler| {
                let called = Called {
                    name: handler.name,
                    description: handler.description,
                    parameters: handler.parameters,
                    output: Some(handler.output).filter(|_| kind != "signal"),
                };
                self.call(called, schemas.handler(kind, handler.name))
            });
            let mut handlers: Vec<_> = handlers.collect();
            handlers.sort_by(|one, other| one.name.cmp(&other.name));
            handlers
        };
        let signals = handlers("signal", &entry.signals);
        let queries = handlers("query", &entry.queries);
        let updates = handlers("update", &entry.updates);
        let called = Called {
            name: entry.name,
            description: entry.description(),
            parameters: entry.parameters,
            output: Some(entry.output),
        };
        WorkflowContract {
            run: self.call(called, schemas.run.as_ref()),
            id_template: entry.id_template().map(str::to_owned),
            options: workflow_options(&(entry.options)()),
            signals,
            queries,
            updates,
        }
    }

    fn activity(&mut self, entry: &ActivityEntry) -> ActivityContract {
        let called = Called {
            name: entry.name,
            description: entry.description(),
            parameters: entry.parameters,
            output: Some(entry.output),
        };
        ActivityContract {
            run: self.call(called, entry.schemas().run.as_ref()),
            options: activity_options(&(entry.options)()),
        }
    }

    fn call(&mut self, called: Called<'_>, schemas: Option<&CallSchemas>) -> CallContract {
        let Called { name, description, parameters, output } = called;
        let inputs = parameters.iter().enumerate().map(|(index, parameter)| {
            let schema = schemas.and_then(|it| it.inputs.get(index)).copied();
            InputContract {
                name: parameter.name.to_owned(),
                of: self.schemas.describe(parameter.type_name, schema.unwrap_or_default()),
            }
        });
        let inputs = inputs.collect();
        let schema = schemas.map(|it| it.output).unwrap_or_default();
        CallContract {
            name: name.to_owned(),
            description: description.to_owned(),
            inputs,
            output: output.map(|output| self.schemas.describe(output, schema)),
            error: schemas.and_then(|it| self.error(it)),
        }
    }

    /// Adds the error type of a call, and returns its name.
    fn error(&mut self, schemas: &CallSchemas) -> Option<String> {
        let error = schemas.error()?;
        let kinds = error.kinds.iter().map(|kind| {
            let delay = kind.next_retry_delay.map(milliseconds);
            let contract = ErrorKindContract {
                retryable: !kind.non_retryable,
                benign: kind.benign,
                next_retry_delay: delay,
            };
            (kind.type_name.to_owned(), contract)
        });
        let contract = ErrorContract {
            description: error.description.to_owned(),
            kinds: kinds.collect(),
            values: self.schemas.describe(error.name, error.values),
        };
        self.errors.insert(error.name.to_owned(), contract);
        Some(error.name.to_owned())
    }
}

/// The texts of a call.
#[derive(Clone, Copy)]
struct Called<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a [Parameter],
    output: Option<&'a str>,
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Collects the options that are set.
#[derive(Default)]
struct Set(BTreeMap<String, Value>);

impl Set {
    fn duration(&mut self, name: &str, value: Option<Duration>) {
        self.value(name, value.map(milliseconds));
    }

    fn value(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn retry(&mut self, retry: Option<&RetryOptions>) {
        let Some(retry) = retry else { return };
        let mut set = Self::default();
        set.value("maximumAttempts", retry.maximum_attempts);
        set.duration("initialInterval", retry.initial_interval);
        set.value("backoffCoefficient", retry.backoff_coefficient);
        set.duration("maximumInterval", retry.maximum_interval);
        set.value("nonRetryableErrorTypes", retry.non_retryable_error_types.clone());
        self.0.insert("retry".to_owned(), json!(set.0));
    }
}

fn workflow_options(options: &WorkflowOptions) -> BTreeMap<String, Value> {
    let mut set = Set::default();
    set.duration("executionTimeout", options.execution_timeout);
    set.duration("runTimeout", options.run_timeout);
    set.duration("taskTimeout", options.task_timeout);
    set.retry(options.retry.as_ref());
    set.value("priority", options.priority.as_ref().and_then(|it| it.priority_key));
    set.0
}

fn activity_options(options: &ActivityOptions) -> BTreeMap<String, Value> {
    let mut set = Set::default();
    set.duration("startToCloseTimeout", options.start_to_close_timeout);
    set.duration("scheduleToCloseTimeout", options.schedule_to_close_timeout);
    set.duration("scheduleToStartTimeout", options.schedule_to_start_timeout);
    set.duration("heartbeatTimeout", options.heartbeat_timeout);
    set.retry(options.retry.as_ref());
    set.value("priority", options.priority.as_ref().and_then(|it| it.priority_key));
    set.0
}
