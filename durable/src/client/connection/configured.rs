//! Filling a client builder from a `Config`.

use std::time::Duration;

use super::builder::ClientBuilder;
use super::security::Transport;
use crate::client::{Client, Pem, Tls};
use crate::config::{Config, Pem as ConfiguredPem};
use crate::error::{Error, Result};

impl ClientBuilder {
    /// Sets the configuration, for all values that are not set on this builder.
    ///
    /// The client keeps it. Workflow starts and the workers of the client take their options from
    /// it.
    pub fn config(mut self, config: &Config) -> Self {
        self = self.configured_options(config.options().clone());
        self.config = Some(config.clone());
        self
    }

    /// Returns a builder with the configuration of Temporal's own variables.
    pub(crate) fn from_environment() -> Result<Self> {
        let mut builder = Client::builder();
        builder.connection = Some(Config::of_temporal_variables()?);
        Ok(builder)
    }

    /// Returns the configuration of the connection.
    fn configuration(&self) -> Option<&Config> {
        self.config.as_ref().or(self.connection.as_ref())
    }

    pub(crate) fn configured_url(&self) -> Option<String> {
        self.configuration().map(|config| config.url().to_owned())
    }

    pub(crate) fn configured_namespace(&self) -> Option<String> {
        self.configuration().map(|config| config.namespace().to_owned())
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.configuration().is_none_or(Config::is_enabled)
    }

    pub(crate) fn connect_limit(&self) -> Option<Duration> {
        self.configuration()?.duration(&["connect_limit_s"])
    }

    /// Fills values that are not set from the configuration.
    ///
    /// # Errors
    /// [`Error::Disabled`] if Temporal is disabled in the configuration.
    pub(crate) fn with_configuration(mut self) -> Result<Self> {
        let Some(config) = self.configuration().cloned() else { return Ok(self) };
        if !config.is_enabled() {
            let by = config.settings().into_iter().find(|setting| setting.key == "enabled");
            let by = by.map_or_else(String::new, |setting| setting.source.to_string());
            return Err(Error::Disabled { by });
        }
        self.identity = self.identity.or_else(|| config.text("identity").map(str::to_owned));
        self.connect_timeout =
            self.connect_timeout.or_else(|| config.duration(&["connect_timeout_s"]));
        self.api_key = self.api_key.or_else(|| config.text("api_key").map(str::to_owned));
        if self.proxy.is_none() {
            self.proxy = config.text("proxy").map(str::to_owned);
        }
        if self.proxy_credentials.is_none() {
            let text = |key| config.text(key).map(str::to_owned);
            self.proxy_credentials =
                text("proxy_user").map(|user| (user, text("proxy_password").unwrap_or_default()));
        }
        for (name, value) in config.headers() {
            self.headers.entry(name).or_insert(value);
        }
        if let Transport::AsNeeded = self.transport {
            self.transport = transport(&config);
        }
        Ok(self)
    }
}

/// Returns the configured TLS settings.
fn transport(config: &Config) -> Transport {
    let said = config.bool(&["tls"]);
    // The builder's address may differ from the configured one, so a configured `http://` counts as
    // `tls: false`.
    if said == Some(false) || config.url().starts_with("http://") {
        return Transport::Plaintext;
    }
    let pem = |key| {
        config.pem(key).map(|pem| match pem {
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
    if let Some(name) = config.text("tls_server_name") {
        tls = tls.server_name(name);
        is_said = true;
    }
    if is_said { Transport::Tls(tls) } else { Transport::AsNeeded }
}
