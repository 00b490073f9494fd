//! The codec server, as browsers, Temporal's tools and strangers see it: over HTTP.

mod authorization;
mod codecs;
#[cfg(unix)]
mod command;
mod cors;
mod flows;
mod http;
mod limits;
mod protocol;
mod tls;
mod tokens;
#[cfg(unix)]
mod web_ui;

use std::net::SocketAddr;

use durable::codec::server::{self, CodecServer, CodecService};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable_tests::plugged;
use serde_json::{Value, json};

use codecs::Opening;

/// A bearer token.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A service with the codec of these tests.
pub(crate) fn service() -> CodecService {
    server::service(Opening)
}

/// Starts a server with this service, on a free port.
pub(crate) async fn start(service: CodecService) -> (CodecServer, SocketAddr) {
    let server = CodecServer::builder(service).address("127.0.0.1:0").start().await;
    let server = server.expect("it starts");
    let address = server.address();
    (server, address)
}

/// The JSON of payloads with a text.
pub(crate) fn plain(text: &str) -> Value {
    payloads(&Payload {
        metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
        data: serde_json::to_vec(text).expect("it is text"),
        ..Payload::default()
    })
}

/// The same, as the codec encodes it.
pub(crate) fn sealed(text: &str) -> Value {
    let payload = Payload {
        metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
        data: serde_json::to_vec(text).expect("it is text"),
        ..Payload::default()
    };
    payloads(&plugged::seal(payload))
}

fn payloads(payload: &Payload) -> Value {
    let metadata =
        payload.metadata.iter().map(|(name, value)| (name.clone(), base64(value).into()));
    let metadata: serde_json::Map<String, Value> = metadata.collect();
    json!({ "payloads": [{ "metadata": metadata, "data": base64(&payload.data) }] })
}

/// The standard base64 of bytes.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).map(|group| {
        let number = group.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
        let number = number << (8 * (3 - group.len()));
        let digit = |place: usize| {
            let index = (number >> (18 - 6 * place)) & 63;
            if place <= group.len() { char::from(ALPHABET[index as usize]) } else { '=' }
        };
        (0..4).map(digit).collect::<String>()
    });
    groups.collect()
}
