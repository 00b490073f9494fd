//! Everything that claims to work on a Temporal server, on a real one: one dev server for this
//! binary, and one set of workers for all queues of its workflows.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]
#![allow(clippy::many_single_char_names, reason = "six inputs of no meaning")]

mod activities;
mod call_limits;
mod calls;
mod cancellation;
mod children;
mod codecs;
mod completion;
mod configured;
mod connecting;
mod continued;
mod deadlines;
mod declared;
mod defaults;
mod external;
mod failures;
mod faults;
mod generic;
mod handles;
mod heartbeats;
mod inputs;
mod inside;
mod large_errors;
mod large_tasks;
mod left_out;
mod listing;
mod options;
mod outcomes;
mod runtimes;
mod schedule_faults;
mod schedules;
mod search_attributes;
mod server_limits;
mod serving;
mod stack_traces;
mod starting;
mod timeouts;
mod too_large;
mod untyped;
mod updates;
mod user_code;
mod values;
mod versions;
mod waits;
mod web_ui;
mod wire;
mod with_start;

use std::sync::Arc;
use std::sync::OnceLock;

use durable::Client;
use durable::worker::{RunningWorkers, Workers};
use durable_tests::Shared;

/// A client of the server, with the workers for all queues of this binary running.
async fn client() -> Client {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    let shared = tokio::task::spawn_blocking(|| {
        let shared = Shared::get();
        WORKERS.get_or_init(|| {
            shared.runtime().block_on(async {
                let client = durable_tests::client().await;
                Workers::new(&client)
                    .state(activities::Ledger::default())
                    .shared_state(Arc::new(activities::Shouting) as Arc<dyn activities::Voice>)
                    .start()
                    .await
                    .expect("the workers start")
            })
        });
        shared
    });
    shared.await.expect("the server and the workers start");
    durable_tests::client().await
}
