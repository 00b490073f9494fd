//! The options of a connection, kept for another one.

use std::path::PathBuf;

use temporalio_client::ConnectionOptions;

use super::api_key::ApiKey;

/// The options of a connection, to make another one.
pub(crate) struct Again {
    pub(super) options: ConnectionOptions,
    /// The file of the API key, if it comes from one.
    pub(super) key: Option<PathBuf>,
}

impl Again {
    pub(super) fn new(options: ConnectionOptions, key: Option<&ApiKey>) -> Self {
        let key = match key {
            Some(ApiKey::File(path)) => Some(path.clone()),
            _ => None,
        };
        Self { options, key }
    }
}
