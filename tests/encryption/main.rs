//! Encryption: nothing of the user's is readable on the server, keys rotate while workflows run, and workers in
//! other languages read what is sent.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

mod configured;
mod errors;
mod flows;
mod history;
mod interceptors;
mod keys;
mod python;
mod queries;
mod rotation;
mod scan;
mod sizes;

use durable::Client;
use durable::codec::{Codecs, Encryption, Key};
use durable_tests::{Shared, eventually, unique};

/// A key of the tests. The same number is the same key.
fn key(number: u8) -> Key {
    Key::from_bytes([number; 32])
}

/// An encryption with keys `k1` to the given number, of which the last one encrypts.
fn encryption(keys: u8) -> Encryption {
    let mut builder = Encryption::builder();
    for number in 1..=keys {
        builder = builder.key(format!("k{number}"), key(number));
    }
    builder.active(format!("k{keys}")).build().expect("the keys are valid")
}

/// A namespace of this binary's server for one test, whose workers have keys of their own.
async fn namespace() -> String {
    let (name, shared) = (unique("sealed"), Shared::get());
    let mut create = tokio::process::Command::new(shared.cli());
    create.args(["operator", "namespace", "create", "--address", shared.address(), "-n", &name]);
    let created = create.output().await.expect("the command runs");
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    name
}

/// A client of a namespace with these codecs.
async fn client(namespace: &str, codecs: impl Into<Codecs>) -> Client {
    let builder = Client::builder().address(Shared::get().address()).namespace(namespace);
    let builder = builder.codec(codecs);
    // The server takes a moment until all its parts know a new namespace.
    eventually("namespace", || async { builder.clone().connect().await.ok() }).await
}
