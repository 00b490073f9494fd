//! Items and handlers that are there under a condition.

use durable::prelude::*;

#[workflow(queue = "conditions")]
#[derive(Default)]
struct Conditions;

#[workflow_methods]
impl Conditions {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }

    #[cfg(test)]
    #[signal]
    fn here(&mut self) {}

    #[cfg(not(test))]
    #[signal]
    fn not_here(&mut self, what: ThereIsNoSuchType) {}

    #[query]
    #[cfg(not(test))]
    fn nor_here(&self) -> ThereIsNoSuchType {}
}

#[activity(queue = "conditions")]
#[cfg(not(test))]
async fn neither_here(what: ThereIsNoSuchType) {}

#[test]
fn what_is_not_there_is_not_registered() {
    let workflow = super::workflow("conditions", "Conditions");
    assert_eq!(workflow.signals.len(), 1);
    assert_eq!(workflow.signals[0].name, "here");
    assert!(workflow.queries.is_empty());
}
