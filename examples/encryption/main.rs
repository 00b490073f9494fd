//! Encryption with keys from files, a rotation while a workflow runs, and a codec server for Temporal's own tools.
//!
//! `cargo run --example encryption` uses the Temporal server at `TEMPORAL_ADDRESS` or `localhost:7233` if one
//! answers there, and starts its own otherwise.

mod workflow;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use durable::codec::server::{self, CodecServer};
use durable::codec::{Encryption, Key};
use durable::config::Config;
use durable::dev_server::{LocateOptions, locate};
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_examples::Server;
use tokio::process::Command;

use crate::workflow::{Letter, LetterWorkflow};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::find().await?;
    let folder = Folder::create();
    for id in ["k1", "k2"] {
        // A program of its own gets its keys from a secret store; `keys generate` prints one.
        folder.write(id, &Key::generate());
    }

    println!("\neverything is encrypted with k1");
    let (client, workers) = deploy(&server, &folder, "k1", &["k1"]).await?;
    let letter = Letter { patient: "Ada".to_owned(), diagnosis: "a cold".to_owned() };
    let handle = LetterWorkflow::start(&client, letter.clone()).await?;
    workers.shutdown().await?;

    println!("rotation, phase 1: every reader gets k2, and k1 still encrypts");
    let (_, workers) = deploy(&server, &folder, "k1", &["k1", "k2"]).await?;
    workers.shutdown().await?;

    println!("rotation, phase 2: k2 encrypts, and k1 still decrypts");
    let (client, workers) = deploy(&server, &folder, "k2", &["k1", "k2"]).await?;
    let handle = LetterWorkflow::handle(&client, handle.id());
    handle.sign("Dr. Grace".to_owned()).await?;
    println!("with the keys:    {}", handle.result().await?);
    workers.shutdown().await?;

    // The server's own tools see as much as this client, which has no keys.
    if let Err(error) = LetterWorkflow::handle(server.client(), handle.id()).result().await {
        println!("without the keys: {error}");
    }
    shown_by_temporal(&server, &folder, handle.id()).await?;
    Ok(server.end().await?)
}

/// Shows a workflow with Temporal's own command, without a codec server and with one.
async fn shown_by_temporal(
    server: &Server,
    folder: &Folder,
    workflow_id: &str,
) -> Result<(), Box<dyn Error>> {
    let encryption = Encryption::builder()
        .key_file("k1", folder.path("k1"))
        .key_file("k2", folder.path("k2"))
        .active("k2")
        .build()?;
    // For a browser, it allows the origin of the web UI; for other machines, it has TLS and asks for a token.
    // The command `codec-server` of a program does all this from its configuration.
    let codecs = CodecServer::builder(server::service(encryption)).address("127.0.0.1:0");
    let codecs = codecs.start().await?;
    let temporal = locate(&LocateOptions::new()).await?;
    for (said, arguments) in [
        ("without a codec server", [].as_slice()),
        ("with a codec server", &["--codec-endpoint", codecs.url()]),
    ] {
        let shown = Command::new(temporal.path())
            .args(["workflow", "show", "--workflow-id", workflow_id])
            .args(["--address", server.client().address()])
            .args(arguments)
            .output()
            .await?;
        let text = String::from_utf8(shown.stdout)?;
        let result = text.lines().find_map(|line| line.trim_start().strip_prefix("Result "));
        println!("`temporal workflow show` {said}: {}", result.unwrap_or("no result").trim());
    }
    codecs.shutdown().await;
    Ok(())
}

/// Connects and serves with these keys, as a new deployment of a program would.
async fn deploy(
    server: &Server,
    folder: &Folder,
    active: &str,
    ids: &[&str],
) -> durable::Result<(Client, RunningWorkers)> {
    let key = |id: &&str| format!("{id}: {{ file: '{}' }}", folder.path(id).display());
    let keys: Vec<_> = ids.iter().map(key).collect();
    let keys = keys.join(", ");
    // In a program of its own this is the file `durable.yaml`.
    let text = format!("temporal: {{ encryption: {{ active: {active}, keys: {{ {keys} }} }} }}");
    let config = Config::loader().text(text).load()?;
    let builder = Client::builder().config(&config).address(server.client().address());
    let client = builder.connect().await?;
    let workers = Workers::new(&client).queues(["letters"]).start().await?;
    Ok((client, workers))
}

/// A folder for the key files of this example, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Self {
        let name = format!("durable-example-keys-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("the folder can be created");
        Self(path)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.0.join(id)
    }

    fn write(&self, id: &str, key: &Key) {
        fs::write(self.path(id), key.to_base64()).expect("the key can be written");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        let _ = fs::remove_dir_all(path);
    }
}
