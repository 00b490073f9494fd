//! Codecs: they change payloads on the way to the server and back.

#[cfg(feature = "codec-server")]
pub mod server;
