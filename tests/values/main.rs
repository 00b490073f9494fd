//! A card number where another type is expected, in everything that carries values: the message says
//! where and of which kind the value is. The value itself appears only in a process that shows values.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

mod carriers;

use std::sync::LazyLock;

use durable::config::Config;
use durable::prelude::*;
use durable::worker::{RunningWorkers, Workers};
use durable_tests::{Log, Shared, is_alone, run_alone};

use carriers::{CARD, KIND};

/// The log of this process.
static LOG: LazyLock<Log> = LazyLock::new(Log::collect_all);

const SWITCH: &str = "DURABLE__SHOW_VALUES";

/// Connects with the configuration of the environment.
async fn connected() -> Client {
    let address = tokio::task::spawn_blocking(|| Shared::get().address().to_owned());
    let config = Config::loader().text("temporal: {}").load().expect("it is valid");
    let builder = Client::builder().config(&config).address(address.await.expect("a server"));
    builder.connect().await.expect("the dev server answers")
}

/// Returns a client, and the workers that run until they are dropped.
async fn working() -> (Client, RunningWorkers) {
    LazyLock::force(&LOG);
    let client = connected().await;
    let workers = Workers::new(&client).start().await.expect("the workers start");
    (client, workers)
}

#[tokio::test]
async fn values_appear_in_no_error_history_or_log() {
    if std::env::var_os(SWITCH).is_some() {
        return;
    }
    let (client, workers) = working().await;
    for (carrier, said) in carriers::all(&client).await {
        assert!(!said.contains(CARD), "{carrier}: {said}");
        assert!(said.contains(KIND), "{carrier}: {said}");
    }
    workers.shutdown().await.expect("the workers stop");
    let logged = LOG.text();
    assert!(logged.contains("the last heartbeat has another type"), "{logged}");
    assert!(!logged.contains(CARD), "{logged}");
}

/// The switch is for a process, so this test runs in one of its own.
#[tokio::test]
async fn a_variable_shows_the_values() {
    if !is_alone() {
        run_alone("a_variable_shows_the_values", &[(SWITCH, "true")]).await;
        return;
    }
    let (client, workers) = working().await;
    for (carrier, said) in carriers::all(&client).await {
        assert!(said.contains(CARD), "{carrier}: {said}");
    }
    workers.shutdown().await.expect("the workers stop");
}
