//! A worker and a client in Python, with the codec of Temporal's sample.

use std::path::Path;
use std::process::Stdio;

use durable::codec::{Codecs, Compression};
use durable::prelude::*;
use durable::{Error, Workers};
use durable_tests::{Shared, python, skip};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::{client, encryption, key, namespace};

const PACKAGES: [&str; 3] = ["temporalio==1.30.0", "cryptography==50.0.2", "zstandard==0.25.0"];

/// The workflow of `codec.py`.
#[workflow(queue = "python", name = "PythonEcho")]
trait Echo {
    #[run]
    async fn run(text: String) -> WorkflowResult<String>;
}

fn script(python: &Path, namespace: &str, mode: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/encryption/codec.py"));
    command.args([Shared::get().address(), namespace, &key(1).to_base64(), mode]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn workers_and_clients_in_python_read_and_write_the_same_payloads() -> durable::Result<()> {
    let python = match python("encryption", &PACKAGES, "temporalio, cryptography, zstandard").await
    {
        Ok(python) => python,
        Err(reason) => {
            skip("workers_and_clients_in_python_read_and_write_the_same_payloads", &reason);
            return Ok(());
        }
    };
    let namespace = namespace().await;
    let codecs = Codecs::new().then(Compression::zstd().above(100)).then(encryption(1));
    let client = client(&namespace, codecs).await;

    let mut worker = script(&python, &namespace, "worker").spawn().expect("Python starts");
    let output = worker.stdout.take().expect("it is piped");
    let ready = BufReader::new(output).lines().next_line().await.expect("it is text");
    assert_eq!(ready.as_deref(), Some("ready"));
    let echoed = Echo::execute(&client, "Hello".to_owned()).await?;
    assert_eq!(echoed, "Hello from Python");
    let long = "x".repeat(20_000);
    let handle = Echo::start(&client, long.clone()).await?;
    assert_eq!(handle.result().await?, format!("{long} from Python"));
    // Both sides have compressed it.
    let stored = format!("{:?}", durable_tests::events(&handle).await);
    assert!(stored.len() < 20_000, "{stored}");
    let failed = Echo::execute(&client, "fail".to_owned()).await.unwrap_err();
    let Error::Failed { failure, .. } = failed else { panic!("{failed}") };
    assert_eq!(failure.root().message(), "a message from Python");
    drop(worker.stdin.take());
    assert!(worker.wait().await.expect("it ends").success());

    let workers = Workers::new(&client).queues(["sealed"]).start().await?;
    let started = script(&python, &namespace, "client").output().await.expect("Python runs");
    let printed = String::from_utf8_lossy(&started.stdout).into_owned();
    for text in ["python-workflow-output-sentinel", "python-workflow-message", "workflow-cause"] {
        assert!(printed.contains(text), "no {text:?} in {printed}");
    }
    workers.shutdown().await
}
