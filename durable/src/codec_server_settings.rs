//! The settings of a codec server that a configuration may have, with their defaults.
//!
//! A program that is built without the feature `codec-server` accepts a file that has them.

use std::time::Duration;

/// The settings of a codec server.
#[derive(Debug, Clone)]
pub(crate) struct CodecServerSettings {
    /// The address to listen on.
    pub(crate) address: String,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allowed_headers: Vec<String>,
    pub(crate) allow_credentials: bool,
    pub(crate) allow_unauthenticated: bool,
    /// The largest body, in bytes.
    pub(crate) body_limit: u32,
    pub(crate) max_concurrent_requests: u32,
    /// The longest time for a request.
    pub(crate) timeout: Duration,
}

impl Default for CodecServerSettings {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:8081".to_owned(),
            allowed_origins: Vec::new(),
            allowed_headers: Vec::new(),
            allow_credentials: false,
            allow_unauthenticated: false,
            body_limit: 8 << 20,
            max_concurrent_requests: 32,
            timeout: Duration::from_secs(30),
        }
    }
}
