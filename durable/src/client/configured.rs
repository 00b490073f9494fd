//! A client by configuration: what `Config` says, where the builder's calls say nothing.

use super::connect::{ClientBuilder, Transport};
use super::{Pem, Tls};
use crate::config::{Config, Pem as ConfiguredPem};
use crate::error::{Error, Result};

impl ClientBuilder {
    /// Connects as this configuration says, where nothing else is set here.
    ///
    /// The client carries it: starts of workflows take their options from it, and so do workers that are
    /// made with the client.
    pub fn config(mut self, config: &Config) -> Self {
        self = self.configured_options(config.options().clone());
        self.config = Some(config.clone());
        self
    }

    /// Connects as this configuration says, and takes nothing else from it.
    pub(super) fn connection_of(mut self, config: Config) -> Self {
        self.connection = Some(config);
        self
    }

    /// Fills what is not set from the configuration.
    ///
    /// # Errors
    /// [`Error::Disabled`].
    pub(super) fn filled(mut self) -> Result<Self> {
        let Some(config) = self.config.clone().or(self.connection.take()) else { return Ok(self) };
        if !config.is_enabled() {
            let by = config.settings().into_iter().find(|setting| setting.key == "enabled");
            let by = by.map_or_else(String::new, |setting| setting.source.to_string());
            return Err(Error::Disabled { by });
        }
        self.address.get_or_insert_with(|| config.url().to_owned());
        self.namespace.get_or_insert_with(|| config.namespace().to_owned());
        self.identity = self.identity.or_else(|| config.text("identity").map(str::to_owned));
        self.connect_timeout =
            self.connect_timeout.or_else(|| config.duration(&["connect_timeout_s"]));
        self.api_key = self.api_key.or_else(|| config.text("api_key").map(str::to_owned));
        for (name, value) in config.headers() {
            self.headers.entry(name).or_insert(value);
        }
        self.transport = self.transport.or_else(|| transport(&config));
        Ok(self)
    }
}

/// Whether and how the configuration wants TLS: `None` where it leaves that to the address and the
/// API key.
fn transport(config: &Config) -> Option<Transport> {
    let said = config.bool(&["tls"]);
    if said == Some(false) {
        return Some(Transport::Plaintext);
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
    is_said.then_some(Transport::Tls(tls))
}
