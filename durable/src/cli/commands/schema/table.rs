//! The registry as a table.

use crate::cli::output::{Page, dim, ids, row, table, text, whole};
use crate::definition::{Parameter, Registry};

pub(super) fn table_of(registry: &Registry) -> Page {
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
