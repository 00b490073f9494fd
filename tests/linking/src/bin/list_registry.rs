//! Prints what the linker found of the library crate's workflows; asks no server.

use durable_test_flows as _;

fn main() -> durable::Result<()> {
    let registry = durable::Registry::collect()?;
    for (name, queue) in registry.queues() {
        for workflow in queue.workflows() {
            let input = workflow.parameters.iter().map(|parameter| parameter.type_name);
            let input = input.collect::<Vec<_>>().join(", ");
            let (output, source) = (workflow.output, workflow.source);
            println!("{name}: workflow {}({input}) -> {output} at {source}", workflow.name);
        }
        for activity in queue.activities() {
            let inputs = activity.parameters.iter().map(ToString::to_string);
            let inputs = inputs.collect::<Vec<_>>().join(", ");
            let (output, source) = (activity.output, activity.source);
            println!("{name}: activity {}({inputs}) -> {output} at {source}", activity.name);
        }
    }
    Ok(())
}
