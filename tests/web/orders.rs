//! Orders over many connections, while the process of the web service is killed and started again.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use durable::client::{AnyWorkflow, ListedWorkflow, WorkflowExecutionStatus};
use durable::dev_server::DevServer;
use durable::web::axum::http::Method;
use durable_tests::http::Http;
use durable_tests::unique;
use futures_util::future::join_all;
use serde_json::json;

const ORDERS: usize = 1000;
const CONNECTIONS: usize = 50;

/// The time for the worker, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that is killed when it is dropped.
struct Process(Child);

impl Process {
    fn start(server: &DevServer, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_web-program"));
        command.args(arguments).env("TEMPORAL_ADDRESS", server.address());
        command.env_remove("DURABLE_CONFIG").current_dir(std::env::temp_dir());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self(command.spawn().expect("the program that was built runs"))
    }

    /// Starts the web service, and waits until it listens.
    fn web(server: &DevServer, address: &str) -> Self {
        let mut process = Self::start(server, &[address]);
        let stdout = process.0.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("it prints text");
        assert_eq!(line.trim(), "listening");
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Not a request to stop: nothing can be answered any more.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything that the callers have seen.
#[derive(Default)]
struct Seen {
    /// The run of each acknowledged order.
    acknowledged: Mutex<BTreeMap<String, String>>,
    done: AtomicUsize,
    /// The answers that are neither an acknowledgement nor 503.
    others: Mutex<Vec<String>>,
    interrupted: AtomicUsize,
}

/// Sends an order until it is acknowledged. A caller that has no answer sends the same order again.
async fn sent(http: &Http, id: &str, seen: &Seen) {
    let body = json!({ "id": id, "items": [{ "name": "a chair", "price": 1.0 }] }).to_string();
    let headers = [("content-type", "application/json")];
    loop {
        let sending = http.send(Method::POST, "/orders", &headers, body.clone()).await;
        match sending.as_ref().map(|answer| answer.status.as_u16()) {
            Ok(202 | 409) => {
                let answer = sending.expect("there is one").json();
                let run = answer["run_id"].as_str().unwrap_or_default().to_owned();
                let workflow_id = answer["workflow_id"].as_str().unwrap_or_default().to_owned();
                seen.acknowledged.lock().expect("no panic").insert(workflow_id, run);
                seen.done.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Ok(503) | Err(_) => {
                seen.interrupted.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(status) => {
                seen.others.lock().expect("no panic").push(format!("{status}: {sending:?}"));
                return;
            }
        }
    }
}

async fn reaches(seen: &Seen, count: usize) {
    while seen.done.load(Ordering::Relaxed) < count {
        assert!(seen.others.lock().expect("no panic").is_empty(), "another answer");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until all workflows with this beginning of their ids have completed, and returns them.
async fn all_ended(client: &durable::Client, prefix: &str) -> Vec<ListedWorkflow<AnyWorkflow>> {
    let completed = WorkflowExecutionStatus::Completed;
    let waiting = async {
        loop {
            let ended = client.list_all().id_starting_with(prefix).status(completed);
            if ended.count().await.expect("they are counted") >= ORDERS {
                return client.list_all().id_starting_with(prefix).await.expect("they are listed");
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("all workflows end")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_acknowledged_order_has_one_workflow_although_the_web_service_is_killed() {
    // Its worker is killed at the end, and must not take tasks of the other tests with it.
    let server = DevServer::builder().ui(false).start().await.expect("the dev server starts");
    let client = durable::Client::connect(server.address()).await.expect("the server answers");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);
    let worker = Process::start(&server, &[]);
    let mut web = Process::web(&server, &address);
    let prefix = unique("many");
    let seen = Arc::new(Seen::default());
    let callers = (0..CONNECTIONS).map(|caller| {
        let (seen, prefix, http) = (Arc::clone(&seen), prefix.clone(), Http::new(&address));
        tokio::spawn(async move {
            for number in (caller..ORDERS).step_by(CONNECTIONS) {
                sent(&http, &format!("{prefix}-{number}"), &seen).await;
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for count in [ORDERS / 3, 2 * ORDERS / 3] {
        reaches(&seen, count).await;
        drop(web);
        tokio::time::sleep(Duration::from_millis(200)).await;
        web = Process::web(&server, &address);
    }
    for ended in join_all(callers).await {
        ended.expect("the caller ends");
    }
    assert_eq!(*seen.others.lock().expect("no panic"), [""; 0]);
    assert!(seen.interrupted.load(Ordering::Relaxed) > 0, "nobody was interrupted");
    let acknowledged = seen.acknowledged.lock().expect("no panic").clone();
    assert_eq!(acknowledged.len(), ORDERS);
    let started = all_ended(&client, &format!("web-order-{prefix}-")).await;
    assert_eq!(started.len(), ORDERS, "an order has two workflows");
    let runs =
        started.iter().map(|workflow| (workflow.id().to_owned(), workflow.run_id().to_owned()));
    assert_eq!(runs.collect::<BTreeMap<_, _>>(), acknowledged);
    drop((web, worker));
    server.shutdown().await.expect("the dev server stops");
}
