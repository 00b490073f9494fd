//! A worker and a client in Python, with the codec of Temporal's sample.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use durable::prelude::*;
use durable::{Error, Workers};
use durable_tests::{Shared, skip};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::{client, encryption, key, namespace};

const PACKAGES: [&str; 2] = ["temporalio==1.30.0", "cryptography==50.0.2"];

/// The workflow of `codec.py`.
#[workflow(queue = "python", name = "PythonEcho")]
trait Echo {
    #[run]
    async fn run(text: String) -> WorkflowResult<String>;
}

/// Returns the Python of an environment with the packages, which is kept in the target directory.
async fn python() -> Result<PathBuf, String> {
    let this = std::env::current_exe().expect("a test binary has a path");
    let folder = this.ancestors().nth(3).expect("it is in a target directory").join("codec-python");
    let python = folder.join("bin/python");
    let mut import = Command::new(&python);
    import.args(["-c", "import temporalio, cryptography"]);
    if import.output().await.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet"]).args(PACKAGES);
    for (mut command, fix) in
        [(venv, "install Python 3 with its module venv"), (pip, "let pip reach a package index")]
    {
        match command.output().await {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{fix}: {said}"));
            }
            Err(error) => return Err(format!("{fix}: {error}")),
        }
    }
    Ok(python)
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
    let python = match python().await {
        Ok(python) => python,
        Err(reason) => {
            skip("workers_and_clients_in_python_read_and_write_the_same_payloads", &reason);
            return Ok(());
        }
    };
    let namespace = namespace().await;
    let client = client(&namespace, encryption(1)).await;

    let mut worker = script(&python, &namespace, "worker").spawn().expect("Python starts");
    let output = worker.stdout.take().expect("it is piped");
    let ready = BufReader::new(output).lines().next_line().await.expect("it is text");
    assert_eq!(ready.as_deref(), Some("ready"));
    let echoed = Echo::execute(&client, "Hello".to_owned()).await?;
    assert_eq!(echoed, "Hello from Python");
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
