//! The entries of activity calls among the waits of a workflow.

use crate::options::ActivityOptions;
use crate::workflow::waits::{Listed, Place, Subject, Waits};

/// Adds a call to the waits of the workflow. The activity and the workflow have a name and a queue.
pub(super) fn activity(
    waits: &Waits,
    [name, queue]: [&'static str; 2],
    [_, own_queue]: [&'static str; 2],
    options: &ActivityOptions,
    is_local: bool,
    place: Place,
) -> Listed {
    let subject = if is_local {
        Subject::LocalActivity { name }
    } else {
        let set = options.task_queue.clone();
        let queue = set.or_else(|| (own_queue != queue).then(|| queue.to_owned()));
        Subject::Activity { name, id: options.activity_id.clone(), queue }
    };
    waits.add(subject, options.summary.clone(), place)
}
