//! The settings of a connection from a configuration.

use std::sync::Arc;

use super::{Config, Pem as ConfiguredPem};
use crate::client::{
    Client, ClientBuilder, ClientService, ConnectionSettings, Pem, Tls, Transport,
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
    /// The errors of [`ClientBuilder::connect`], and [`Error::Config`](crate::Error::Config) if the
    /// variables contradict each other.
    pub async fn from_env() -> Result<Self> {
        let config = Config::of_temporal_variables()?;
        let mut builder = Self::builder();
        builder.settings.set_base(config.connection());
        builder.connect().await
    }

    /// Returns the configuration that the client was created with.
    #[must_use]
    pub fn config(&self) -> Option<&Config> {
        self.attached()
    }
}

impl ClientBuilder {
    /// Sets the configuration, for all values that are not set on this builder.
    ///
    /// The client keeps it. Workflow starts and the workers of the client take their options from
    /// it.
    pub fn config(mut self, config: &Config) -> Self {
        self = self.configured_options(config.options().clone());
        self.settings.set_base(config.connection());
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

impl Config {
    /// Returns the settings of the connection.
    fn connection(&self) -> ConnectionSettings {
        let text = |key| self.text(key).map(str::to_owned);
        let default = ConnectionSettings::default();
        ConnectionSettings {
            disabled_by: (!self.is_enabled()).then(|| self.source_of("enabled")),
            address: self.url().to_owned(),
            namespace: self.namespace().to_owned(),
            identity: text("identity"),
            connect_timeout: self
                .duration(&["connect_timeout_s"])
                .unwrap_or(default.connect_timeout),
            connect_limit: self.duration(&["connect_limit_s"]).unwrap_or(default.connect_limit),
            transport: self.transport(),
            api_key: text("api_key"),
            headers: self.headers().collect(),
            proxy: text("proxy"),
            proxy_credentials: text("proxy_user")
                .map(|user| (user, text("proxy_password").unwrap_or_default())),
        }
    }

    /// Returns the settings of TLS.
    fn transport(&self) -> Transport {
        let said = self.bool(&["tls"]);
        // The builder's address may differ from the configured one, so a configured `http://` counts as
        // `tls: false`.
        if said == Some(false) || self.url().starts_with("http://") {
            return Transport::Plaintext;
        }
        let pem = |key| {
            self.pem(key).map(|pem| match pem {
                ConfiguredPem::File(path) => Pem::file(path),
                ConfiguredPem::Inline(text) => Pem::inline(text),
            })
        };
        let mut tls = Tls::default();
        let mut is_said = said.is_some();
        if let Some(ca) = pem("server_ca_cert") {
            tls = tls.server_ca_certificate(ca);
            is_said = true;
        }
        if let (Some(certificate), Some(key)) = (pem("client_cert"), pem("client_key")) {
            tls = tls.client_certificate(certificate, key);
            is_said = true;
        }
        if let Some(name) = self.text("tls_server_name") {
            tls = tls.server_name(name);
            is_said = true;
        }
        if is_said { Transport::Tls(tls) } else { Transport::AsNeeded }
    }
}
