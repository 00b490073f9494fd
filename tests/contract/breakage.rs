//! The verdicts on the real server: what the contract calls broken breaks, and nothing else does.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use durable::contract::{Affected, Contract, Finding};
use durable::testing::Replayer;
use durable::worker::{RunningWorkers, Workers};
use durable::{Client, Registry};
use durable_tests::{Shared, unique};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::versions::{AnsweringOld, HandledOld, NEW, OLD};

/// A client, with workers of both versions.
async fn client() -> Client {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    let started = tokio::task::spawn_blocking(|| {
        WORKERS.get_or_init(|| {
            Shared::get().runtime().block_on(async {
                let client = durable_tests::client().await;
                let workers = Workers::new(&client).queues([OLD, NEW]);
                workers.start().await.expect("the workers start")
            })
        });
    });
    started.await.expect("the workers start");
    durable_tests::client().await
}

/// The contract of one version, with a queue of the same name.
fn version(queue: &str) -> Contract {
    let registry = Registry::collect().expect("the annotations are valid");
    let mut contract = Contract::of(&registry);
    contract.queues.retain(|it| it.name == queue);
    "orders".clone_into(&mut contract.queues[0].name);
    contract
}

fn findings(workflow: &str) -> Vec<Finding> {
    let comparison = version(NEW).compare(&version(OLD));
    let place = format!("workflow `{workflow}` ");
    comparison.findings.into_iter().filter(|it| it.place.starts_with(&place)).collect()
}

/// A change, an input that an old caller sends, and one that a new caller sends.
fn changes() -> Vec<(&'static str, Value, Value)> {
    let id = || json!({ "id": "7" });
    let both = || json!({ "id": "7", "grams": 3 });
    let cash = || json!({ "kind": "Cash", "amount": 3 });
    vec![
        ("required_field_added", id(), both()),
        ("defaulted_field_added", id(), both()),
        ("optional_field_added_to_strict", id(), json!({ "id": "7", "note": null })),
        ("field_removed", both(), id()),
        ("field_removed_from_strict", both(), id()),
        (
            "field_renamed",
            json!({ "id": "7", "customer_name": "Ada" }),
            json!({ "id": "7", "client_name": "Ada" }),
        ),
        ("optional_to_required", json!({ "note": null }), json!({ "note": "x" })),
        ("required_to_optional", json!({ "note": "x" }), json!({ "note": null })),
        ("number_to_text", json!({ "amount": 3 }), json!({ "amount": "3" })),
        ("integer_widened", json!({ "amount": 3 }), json!({ "amount": 5_000_000_000_u64 })),
        ("integer_narrowed", json!({ "amount": -3 }), json!({ "amount": 3 })),
        ("one_to_many", json!({ "item": "x" }), json!({ "item": ["x"] })),
        (
            "nested_field_added",
            json!({ "items": [{ "name": "x" }] }),
            json!({ "items": [{ "name": "x", "price": 1.5 }] }),
        ),
        ("variant_added", json!("Open"), json!("Paused")),
        ("variant_removed", json!("Paused"), json!("Open")),
        (
            "field_of_variant_added",
            json!({ "Card": { "number": "1" } }),
            json!({ "Card": { "number": "1", "code": "2" } }),
        ),
        ("tagged_variant_removed", json!({ "kind": "Card", "number": "1" }), cash()),
        ("map_value_changed", json!({ "counts": { "a": 1 } }), json!({ "counts": { "a": "1" } })),
        ("tuple_grown", json!({ "point": [1, 2] }), json!({ "point": [1, 2, 3] })),
        (
            "flattened_field_added",
            json!({ "id": "7", "street": "x" }),
            json!({ "id": "7", "street": "x", "city": "y" }),
        ),
    ]
}

/// Returns `true` if a workflow of the type succeeds on a queue.
async fn succeeds(client: &Client, change: &'static str, queue: &str, input: &Value) -> bool {
    let start = client.start(change, queue, input.clone()).id(unique(change));
    start.await.expect("it starts").result().await.is_ok()
}

/// Returns `true` if the history of an old run replays on the new code.
async fn replays(client: &Client, change: &'static str, input: &Value) -> bool {
    let start = client.start(change, OLD, input.clone()).id(unique(change));
    let handle = start.await.expect("it starts");
    handle.result().await.expect("the old worker reads it");
    Replayer::new().task_queue(NEW).history(handle.history()).run().await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn breaks_exactly_those_whom_the_contract_names() {
    let client = client().await;
    let observed = changes().into_iter().map(|(change, old, new)| {
        let client = client.clone();
        async move {
            let mut broken = BTreeSet::new();
            if !succeeds(&client, change, NEW, &old).await {
                broken.insert(Affected::Callers);
            }
            if !succeeds(&client, change, OLD, &new).await {
                broken.insert(Affected::OldWorkers);
            }
            if !replays(&client, change, &old).await {
                broken.insert(Affected::RunningWorkflows);
            }
            (change, broken)
        }
    });
    for (change, broken) in join_all(observed).await {
        let named: BTreeSet<_> =
            findings(change).into_iter().flat_map(|finding| finding.breaks).collect();
        assert_eq!(broken, named, "{change}");
    }
}

#[tokio::test]
async fn an_old_caller_cannot_read_a_new_variant() {
    let client = client().await;
    let id = unique("answering");
    let start = client.start("Answering", NEW, Vec::<Value>::new()).id(&id);
    start.await.expect("it starts").result().await.expect("it answers");
    let read = AnsweringOld::handle(&client, id).result().await;
    let error = format!("{:?}", read.expect_err("the variant is unknown"));
    assert!(error.contains("variant"), "{error}");

    let findings = findings("Answering");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].code, "variant-added");
    assert_eq!(findings[0].breaks.iter().copied().collect::<Vec<_>>(), [Affected::Callers]);
}

#[tokio::test]
async fn removed_handlers_and_a_renamed_activity_break_callers_and_histories() {
    let client = client().await;
    // An old caller of a new worker.
    let id = unique("handled");
    let none = Vec::<Value>::new;
    let new = client.start("Handled", NEW, none()).id(&id).await.expect("it starts");
    let old = HandledOld::handle(&client, id);
    let query = old.is_done().await.expect_err("the query is gone").to_string();
    assert!(query.contains("unknown name"), "{query}");
    let update = tokio::time::timeout(Duration::from_secs(20), old.finish_now()).await;
    let update = update.expect("it is refused").expect_err("the update is gone").to_string();
    assert!(update.contains("No update handler registered"), "{update}");
    new.terminate("the test has ended").await.expect("it runs");

    // An old history on new code.
    let start = HandledOld::start(&client).id(unique("handled"));
    let old = start.await.expect("it starts");
    old.finish().await.expect("it is sent");
    old.result().await.expect("it ends");
    let replayed = Replayer::new().task_queue(NEW).history(old.history()).run().await;
    let error = replayed.expect_err("the activity has another name").to_string();
    assert!(error.contains("wrap_parcel") || error.contains("differ"), "{error}");

    let comparison = version(NEW).compare(&version(OLD));
    let codes: BTreeSet<_> = comparison
        .findings
        .iter()
        .filter(|it| it.place.contains("`Handled`") || it.place.contains("`wrap_parcel`"))
        .map(|it| (it.code, it.breaks.iter().copied().collect::<Vec<_>>()))
        .collect();
    let both = vec![Affected::Callers, Affected::RunningWorkflows];
    let workers = vec![Affected::OldWorkers, Affected::RunningWorkflows];
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        [
            ("activity-renamed", workers),
            ("query-removed", vec![Affected::Callers]),
            ("signal-removed", both.clone()),
            ("update-removed", both),
        ]
    );
}
