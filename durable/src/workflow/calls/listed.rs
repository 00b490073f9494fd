//! The entries of activity calls among the waits of a workflow.

use crate::definition::{Activity, Workflow};
use crate::options::ActivityOptions;
use crate::workflow::WorkflowContext;
use crate::workflow::waits::{Listed, Place, Subject};

/// Adds a call to the waits of the workflow.
pub(super) fn activity<W: Workflow, A: Activity>(
    context: &WorkflowContext<W>,
    options: &ActivityOptions,
    is_local: bool,
    place: Place,
) -> Listed {
    let subject = if is_local {
        Subject::LocalActivity { name: A::NAME }
    } else {
        let queue = options.task_queue.clone();
        let queue = queue.or_else(|| (W::QUEUE != A::QUEUE).then(|| A::QUEUE.to_owned()));
        Subject::Activity { name: A::NAME, id: options.activity_id.clone(), queue }
    };
    context.waits().add(subject, options.summary.clone(), place)
}
