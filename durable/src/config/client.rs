//! The settings of a connection from a configuration.

use std::sync::Arc;

use super::Config;
use super::keys::Temporal;
use super::section::{Keys as _, Located as _};
use crate::client::{
    ApiKey, Client, ClientBuilder, ClientService, ConnectionSettings, Switch, Tls, Transport,
};
use crate::error::Result;

impl Client {
    /// Connects to the server at `TEMPORAL_ADDRESS` (default `localhost:7233`) and the namespace
    /// `TEMPORAL_NAMESPACE` (default `default`).
    ///
    /// With the feature `config`, all of Temporal's own variables (API key, TLS, headers) and the
    /// profiles of `temporal.toml` are used.
    ///
    /// # Errors
    /// The errors of [`ClientBuilder::connect`], and [`ConfigError`](crate::config::ConfigError) if the
    /// variables contradict each other.
    pub async fn from_env() -> Result<Self> {
        let config = Config::of_temporal_variables()?;
        let mut builder = Self::builder();
        builder.settings.set_base(config.inner.connection.clone());
        builder.connect().await
    }

    /// Returns the configuration that the client was created with.
    #[must_use]
    pub fn config(&self) -> Option<&Config> {
        self.attached()
    }
}

#[cfg(all(feature = "encryption", feature = "testing"))]
impl Config {
    /// Returns the settings of the codecs.
    pub(crate) fn codecs(&self) -> crate::codec::CodecSettings {
        self.inner.connection.codecs.clone()
    }
}

impl ClientBuilder {
    /// Sets the configuration, for all values that are not set on this builder.
    ///
    /// The client keeps it. Workflow starts and the workers of the client take their options from
    /// it.
    pub fn config(mut self, config: &Config) -> Self {
        self = self.configured_options(config.options().clone());
        self.settings.set_base(config.inner.connection.clone());
        self.attached.insert(Arc::new(config.clone()));
        self.attached.insert(Arc::new(config.serving()));
        self
    }
}

impl ClientService {
    /// Creates a service that connects with a configuration.
    #[must_use]
    pub fn from_config(config: &Config) -> Self {
        Self::new(Client::builder().config(config))
    }
}

/// Returns the settings of the connection.
pub(super) fn connection(keys: &Temporal) -> ConnectionSettings {
    let mut settings = ConnectionSettings::default();
    keys.fill(&mut settings);
    settings.disabled_by = keys.enabled.source().map_or_else(String::new, ToString::to_string);
    settings.transport = transport(keys);
    settings.api_key = api_key(keys);
    #[cfg(feature = "encryption")]
    {
        settings.codecs = super::encryption::settings(keys);
    }
    settings.headers = keys.headers.values().collect();
    let password = keys.proxy_password.get().cloned().unwrap_or_default();
    settings.proxy_credentials = keys.proxy_user.get().map(|user| (user.clone(), password));
    settings
}

/// Returns the settings of TLS. The scheme of the address counts when the client connects, because the
/// builder's address may be another.
fn transport(keys: &Temporal) -> Transport {
    let switch = |is_on: &bool| {
        let place = keys.tls.source().map(|source| format!(" ({source})")).unwrap_or_default();
        Switch { is_on: *is_on, by: format!("`tls: {is_on}`{place}") }
    };
    let tls = Tls {
        server_ca: keys.server_ca_cert.get().cloned(),
        client: keys.client_cert.get().cloned().zip(keys.client_key.get().cloned()),
        server_name: keys.tls_server_name.get().cloned(),
    };
    let certificates = [
        ("server_ca_cert", keys.server_ca_cert.source()),
        ("client_cert", keys.client_cert.source()),
        ("tls_server_name", keys.tls_server_name.source()),
    ];
    let named = certificates.into_iter().find_map(|(key, place)| Some((key, place?)));
    let tls_by = named.map_or_else(String::new, |(key, place)| format!("`{key}` ({place})"));
    Transport { switch: keys.tls.get().map(switch), tls, tls_by }
}

/// Returns the API key, or its file.
fn api_key(keys: &Temporal) -> Option<ApiKey> {
    let key = keys.api_key.get().cloned().map(ApiKey::Text);
    key.or_else(|| keys.api_key_file.get().cloned().map(ApiKey::File))
}
