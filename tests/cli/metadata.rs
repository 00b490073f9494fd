//! `temporal workflow metadata`: Temporal's own command reads the handlers of a workflow.

use std::process::Command;

use durable::dev_server::{LocateOptions, locate};
use durable_tests::{Shared, unique};

use crate::{parcel, run};

#[test]
fn temporals_own_command_lists_the_handlers() {
    let id = unique("own-command");
    run(&["start", "ParcelWorkflow", &parcel(&id, &[])]).text();
    let temporal = Shared::get().runtime().block_on(locate(&LocateOptions::default()));
    let temporal = temporal.expect("the server was started with it");
    let id = format!("parcel-{id}");
    let output = Command::new(temporal.path())
        .args(["workflow", "metadata", "--workflow-id", &id, "--address", Shared::get().address()])
        .output()
        .expect("the command runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for name in ["heavier_than", "deliver", "Delivers the parcel.", "rename"] {
        assert!(printed.contains(name), "{name} is missing in\n{printed}");
    }
    run(&["terminate", &id]).text();
}
