//! The hint for programs that show no logs. A subscriber is for a process, so each case runs in one of its own.

use std::process::Command;
use std::time::Duration;

use durable::client::Client;
use durable::worker::Workers;
use durable_tests::{Shared, run_alone};

const CASE: &str = "LOGS_HINT_CASE";
const SERVER: &str = "LOGS_HINT_SERVER";
const HINT: &str = "this program shows no logs";

/// Runs this test in a process of its own, and returns what it writes to standard error.
async fn written(case: &str) -> String {
    let address = tokio::task::spawn_blocking(|| Shared::get().address().to_owned()).await;
    let address = address.expect("a server");
    let variables = [(CASE, case), (SERVER, &*address)];
    let test = "hint::a_program_without_subscriber_is_told_so_once";
    let output = run_alone(test, &variables).await;
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn a_program_without_subscriber_is_told_so_once() {
    if let Ok(case) = std::env::var(CASE) {
        return run(&case).await;
    }
    let silent = written("silent").await;
    assert_eq!(silent.matches(HINT).count(), 1, "{silent}");
    assert!(silent.contains("durable::telemetry::init()"), "{silent}");
    let plain = written("plain").await;
    assert!(!plain.contains(HINT), "{plain}");
    assert!(plain.contains("serves namespace"), "{plain}");
    let initialized = written("initialized").await;
    assert!(!initialized.contains(HINT), "{initialized}");
    assert!(initialized.contains("serves namespace"), "{initialized}");
    assert!(!initialized.contains("temporalio"), "{initialized}");
    assert!(initialized.contains("stopping; draining the workers"), "{initialized}");
}

/// The program of a process.
async fn run(case: &str) {
    let _telemetry = match case {
        "plain" => {
            tracing_subscriber::fmt().with_writer(std::io::stderr).init();
            durable::telemetry::init().expect_err("there is a subscriber");
            None
        }
        "initialized" => Some(durable::telemetry::init().expect("it is the first")),
        _ => None,
    };
    let address = std::env::var(SERVER).expect("it is set");
    let client = Client::connect(&address).await.expect("the dev server answers");
    for _ in 0..2 {
        // The server is that of the other tests, which expect their tasks and lines in their own process.
        let queue = durable_tests::unique("hint");
        let workers = Workers::new(&client)
            .queues(["logs"])
            .worker_options(move |options| options.task_queue.clone_from(&queue));
        let running = workers.run();
        tokio::pin!(running);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let pid = std::process::id().to_string();
            let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
            assert!(sent.expect("kill runs").success());
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = &mut running => ended.expect("they stop"),
            () = stop => {}
        }
    }
}
