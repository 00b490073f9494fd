//! Replay of recorded histories: of workflows that ran on a real server a moment ago, of files that
//! were recorded long ago, and of what is no history.

mod corrupt;
mod differences;
mod flows;
mod foreign;
mod random;
mod recorded;
mod settings;

use std::sync::OnceLock;

use durable::client::{Client, WorkflowHistory};
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::{History, HistoryEvent};
use durable::testing::{ReplayError, ReplayProblem, Replayed, Replayer};
use durable::worker::{RunningWorkers, Workers};
use durable_tests::Shared;

/// A client of the server, with the workers for all queues of this binary running.
///
/// Both call themselves `recorder`, so that recordings do not name the machine they were made on.
async fn client() -> Client {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    let shared = tokio::task::spawn_blocking(|| {
        let shared = Shared::get();
        WORKERS.get_or_init(|| {
            shared.runtime().block_on(async {
                let client = connect(shared).await;
                Workers::new(&client).start().await.expect("the workers start")
            })
        });
        shared
    });
    connect(shared.await.expect("the server and the workers start")).await
}

async fn connect(shared: &Shared) -> Client {
    let client = Client::builder().address(shared.address()).identity("recorder").connect();
    client.await.expect("the dev server answers")
}

/// Replays a history that a test changed, or none of which stands in a file.
async fn replay(events: Vec<HistoryEvent>) -> durable::Result<Replayed> {
    Replayer::new().history(WorkflowHistory::from(History { events })).run().await
}

/// The problems that a replay ends with.
fn problems(replayed: durable::Result<Replayed>) -> Vec<ReplayProblem> {
    let error = replayed.expect_err("it does not replay");
    match error.downcast_ref() {
        Some(ReplayError { problems, .. }) => problems.clone(),
        None => panic!("{error:?}"),
    }
}
