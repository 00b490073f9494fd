//! `schema`: the registry of this program.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::{Page, dim, ids, row, table, text, whole};
use crate::definition::{HandlerDescription, Parameter, Queue, Registry};
use crate::error::Error;

#[derive(Debug, Args)]
pub(in crate::cli) struct Schema {}

impl Schema {
    #[allow(clippy::unused_self, reason = "as the other commands")]
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let registry = Registry::collect().map_err(Error::from)?;
        let served = registry.queues().map(|(name, queue)| as_json(name, queue));
        let declared = registry.declared().map(|(name, queue)| as_json(name, queue));
        let as_json = json!({
            "queues": served.collect::<Value>(),
            "declared": declared.collect::<Value>(),
        });
        context.output().show(&as_json, || as_text(&registry))
    }
}

fn as_text(registry: &Registry) -> Page {
    let queues = registry.queues().map(|queue| (queue, ""));
    let declared = registry.declared().map(|queue| (queue, ", served elsewhere"));
    let mut rows = Vec::new();
    for ((name, queue), served) in queues.chain(declared) {
        let queue_cell = format!("{name}{served}");
        for workflow in queue.workflows() {
            let call = signature(workflow.parameters, workflow.output);
            rows.push(row![queue_cell.clone(), "workflow", workflow.name, call]);
            let handlers = [
                ("  signal", &workflow.signals),
                ("  query", &workflow.queries),
                ("  update", &workflow.updates),
            ];
            for (kind, handlers) in handlers {
                for handler in handlers {
                    let call = signature(handler.parameters, handler.output);
                    rows.push(row![queue_cell.clone(), kind, format!("  {}", handler.name), call]);
                }
            }
        }
        for activity in queue.activities() {
            let call = signature(activity.parameters, activity.output);
            rows.push(row![queue_cell.clone(), "activity", activity.name, call]);
        }
    }
    if rows.is_empty() {
        return dim("this program has no workflows and no activities");
    }
    table(&[ids("queue"), whole("kind"), ids("name"), text("inputs and output")], &rows)
}

/// Returns the inputs and the output, as Rust writes them.
fn signature(parameters: &[Parameter], output: &str) -> String {
    let parameters = parameters.iter().map(|it| format!("{}: {}", it.name, it.type_name));
    let inputs = parameters.collect::<Vec<_>>().join(", ");
    if matches!(output, "" | "()") {
        format!("({inputs})")
    } else {
        format!("({inputs}) -> {output}")
    }
}

fn as_json(name: &str, queue: &Queue) -> Value {
    let workflows = queue.workflows().iter().map(|workflow| {
        json!({
            "name": workflow.name,
            "parameters": parameters(workflow.parameters),
            "output": workflow.output,
            "signals": handlers(&workflow.signals),
            "queries": handlers(&workflow.queries),
            "updates": handlers(&workflow.updates),
            "source": workflow.source.to_string(),
        })
    });
    let activities = queue.activities().iter().map(|activity| {
        json!({
            "name": activity.name,
            "parameters": parameters(activity.parameters),
            "output": activity.output,
            "source": activity.source.to_string(),
        })
    });
    json!({
        "name": name,
        "workflows": workflows.collect::<Value>(),
        "activities": activities.collect::<Value>(),
    })
}

fn handlers(handlers: &[HandlerDescription]) -> Value {
    let handlers = handlers.iter().map(|handler| {
        json!({
            "name": handler.name,
            "description": handler.description,
            "parameters": parameters(handler.parameters),
            "output": handler.output,
        })
    });
    handlers.collect::<Value>()
}

fn parameters(parameters: &[Parameter]) -> Value {
    let parameters = parameters
        .iter()
        .map(|parameter| json!({ "name": parameter.name, "type": parameter.type_name }));
    parameters.collect::<Value>()
}
