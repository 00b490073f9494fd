//! The connection to a real server: the client that a program shares, and what protects it on the way.
//!
//! In front of the dev server stand fronts that the tests make: one that counts, and one that speaks TLS
//! with certificates of an authority that each test makes for itself.

mod answers;
mod authority;
mod credentials;
mod encryption;
mod environment;
mod front;
mod gated;
mod plain;
mod proxy;
mod refused;
mod rotation;
mod service;
mod trusted;

use std::path::Path;

use durable::Client;
use durable::config::Config;

use crate::authority::Authority;
use crate::front::Front;

/// A configuration in an environment that has nothing but this text.
fn config(text: &str) -> Config {
    let nothing: [(String, String); 0] = [];
    let config = Config::loader().text(text).environment(nothing).load();
    config.unwrap_or_else(|error| panic!("{error}"))
}

/// A client by a configuration.
async fn connect(text: &str) -> durable::Result<Client> {
    Client::builder().config(&config(text)).connect().await
}

/// The configuration of a connection on which both sides show a certificate, by their files.
fn mutual(front: &Front, authority: &Authority, certificate: &Path, key: &Path) -> String {
    format!(
        "temporal:\n  url: '{}'\n  server_ca_cert: {}\n  client_cert: {}\n  client_key: {}\n",
        front.address(),
        authority.ca_file().display(),
        certificate.display(),
        key.display(),
    )
}
