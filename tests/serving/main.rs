//! Workers that survive: how they drain, what they do when they die, when they are killed, and when the
//! server is; with real processes.

#![cfg(unix)]

mod blocking_activities;
mod drain;
mod flows;
mod gate;
mod health;
mod process;
mod recycle;
mod refused;
mod report;
mod stuck;
mod stuck_flows;
mod supervision;
mod survival;
mod threads;

/// Runs what blocks beside the tests' runtime.
async fn blocking<T: Send + 'static>(what: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(what).await.expect("it does not panic")
}
