//! Encryption with keys from files, and a rotation while a workflow runs.
//!
//! `cargo run --example encryption` uses the Temporal server at `TEMPORAL_ADDRESS` or `localhost:7233` if one
//! answers there, and starts its own otherwise.

mod workflow;

use std::fs;
use std::path::{Path, PathBuf};

use durable::codec::Key;
use durable::config::Config;
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_examples::Server;

use crate::workflow::{Letter, LetterWorkflow};

#[tokio::main]
async fn main() -> durable::Result<()> {
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
    server.end().await
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
