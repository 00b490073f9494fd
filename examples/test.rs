//! The tests of the examples: each is run as a user runs it, and its workflows are tested as
//! docs/testing.md says. The tests of an example stand in its folder.

#[path = "activity-choice/test.rs"]
mod activity_choice;
#[path = "approval/test.rs"]
mod approval;
#[path = "batch/test.rs"]
mod batch;
#[path = "cancellation/test.rs"]
mod cancellation;
#[path = "child-workflows/test.rs"]
mod child_workflows;
#[path = "cli/test.rs"]
mod cli;
#[path = "configuration/test.rs"]
mod configuration;
#[path = "continue-as-new/test.rs"]
mod continue_as_new;
#[path = "encryption/test.rs"]
mod encryption;
#[path = "entity/test.rs"]
mod entity;
#[path = "error-handling/test.rs"]
mod error_handling;
#[path = "generic/test.rs"]
mod generic;
#[path = "heartbeating/test.rs"]
mod heartbeating;
#[path = "local-activities/test.rs"]
mod local_activities;
#[path = "observability/test.rs"]
mod observability;
#[path = "orders/test.rs"]
mod orders;
#[path = "parallel/test.rs"]
mod parallel;
#[path = "polling/test.rs"]
mod polling;
#[path = "research-agent/test.rs"]
mod research_agent;
#[path = "saga/test.rs"]
mod saga;
#[path = "schedules/test.rs"]
mod schedules;
#[path = "search-attributes/test.rs"]
mod search_attributes;
#[path = "testing/run.rs"]
mod testing;
#[path = "versioning/test.rs"]
mod versioning;
#[cfg(unix)]
#[path = "web-orders/test.rs"]
mod web_orders;

use std::path::PathBuf;
use std::process::Command;

/// Returns the folder of the built examples.
fn folder() -> PathBuf {
    // target/debug/deps/examples-0123456789abcdef; Cargo has built the examples next to it.
    let this = std::env::current_exe().expect("this binary has a path");
    let target: PathBuf = this.ancestors().nth(2).expect("it is in a target directory").into();
    target.join("examples")
}

/// Runs an example on a server of its own, and returns what it prints.
fn printed(example: &str) -> String {
    let output = Command::new(folder().join(example))
        // A port that nobody serves: the example must start its own server.
        .env("TEMPORAL_ADDRESS", "127.0.0.1:1")
        .output()
        .expect("the example is there; `cargo build --examples` makes it");
    let text = String::from_utf8(output.stdout).expect("text");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    text
}
