//! The registry as JSON, without the feature `schema`.

use serde_json::{Value, json};

use crate::definition::{HandlerDescription, Parameter, Queue, Registry};

pub(super) fn value_of(registry: &Registry) -> Value {
    let served = registry.queues().map(|(name, queue)| as_json(name, queue));
    let declared = registry.declared().map(|(name, queue)| as_json(name, queue));
    json!({
        "queues": served.collect::<Value>(),
        "declared": declared.collect::<Value>(),
    })
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
