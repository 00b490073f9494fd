//! The settings of a connection, with their defaults.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use super::api_key::ApiKey;
#[cfg(feature = "encryption")]
use crate::codec::CodecSettings;
use crate::error::ConnectionError;
use crate::error::codec::Outer;
use crate::tls::{Tls, Transport};

const TLS_VARIABLE: &str = "TEMPORAL_TLS";

/// The settings of a connection to a Temporal server.
#[derive(Clone)]
pub(crate) struct ConnectionSettings {
    /// `false` if the program does not use Temporal.
    pub(crate) enabled: bool,
    /// The place of the setting that disables Temporal.
    pub(crate) disabled_by: String,
    /// The server, as `host:port` or URL.
    pub(crate) address: String,
    pub(crate) namespace: String,
    /// The name of this process in histories. The default is its id and host.
    pub(crate) identity: Option<String>,
    /// The limit of one attempt to connect.
    pub(crate) connect_timeout: Duration,
    /// The limit of all attempts of a client that is shared.
    pub(crate) connect_limit: Duration,
    pub(crate) transport: Transport,
    /// `true` compresses calls and their answers with gzip.
    pub(crate) compress_calls: bool,
    pub(crate) api_key: Option<ApiKey>,
    /// The gRPC headers of every call.
    pub(crate) headers: BTreeMap<String, String>,
    /// The HTTP proxy, as `host:port`.
    pub(crate) proxy: Option<String>,
    /// The user and the password for the proxy.
    pub(crate) proxy_credentials: Option<(String, String)>,
    /// Shows or hides values in error messages of the process, if it is set.
    pub(crate) show_values: Option<bool>,
    /// The codecs outside of the one of the data converter.
    #[cfg(feature = "encryption")]
    pub(crate) codecs: CodecSettings,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            disabled_by: String::new(),
            address: "localhost:7233".to_owned(),
            namespace: "default".to_owned(),
            identity: None,
            connect_timeout: Duration::from_secs(10),
            connect_limit: Duration::from_secs(60),
            transport: Transport::default(),
            compress_calls: false,
            api_key: None,
            headers: BTreeMap::new(),
            proxy: None,
            proxy_credentials: None,
            show_values: None,
            #[cfg(feature = "encryption")]
            codecs: CodecSettings::default(),
        }
    }
}

impl ConnectionSettings {
    /// Returns the defaults, with the address and the namespace of the environment, and its decision for or
    /// against TLS.
    pub(crate) fn from_environment() -> Self {
        let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let default = Self::default();
        let transport = match variable(TLS_VARIABLE).map(|value| value.to_lowercase()).as_deref() {
            Some("true" | "1") => Transport::on(Tls::default(), TLS_VARIABLE),
            Some("false" | "0") => Transport::off(TLS_VARIABLE),
            // As the SDK treats a value that it does not understand.
            _ => Transport::default(),
        };
        Self {
            transport,
            address: variable("TEMPORAL_ADDRESS").unwrap_or(default.address),
            namespace: variable("TEMPORAL_NAMESPACE").unwrap_or(default.namespace),
            ..default
        }
    }

    /// Returns the codec outside of the one of the data converter. The files of keys are read.
    ///
    /// # Errors
    /// [`ConnectionError::Encryption`] if the keys cannot be used.
    #[cfg(feature = "encryption")]
    pub(crate) fn outer_codec(&self) -> Result<Outer, ConnectionError> {
        self.codecs.outer()
    }

    /// Returns no codec.
    #[cfg(not(feature = "encryption"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "codecs are another feature")]
    pub(crate) fn outer_codec(&self) -> Result<Outer, ConnectionError> {
        Ok(Outer::default())
    }
}
