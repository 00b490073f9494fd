//! The settings of a codec server from a configuration.

use super::Config;
use super::keys::CodecServer;
use super::section::Keys as _;
use crate::codec::server::{CodecServerBuilder, CodecService, Jwt};
use crate::codec_server_settings::CodecServerSettings;

impl CodecService {
    /// Sets the options from a configuration (`temporal.codec_server`), for all that are not set on this
    /// service. Origins, headers and tokens of both are accepted.
    pub fn config(mut self, config: &Config) -> Self {
        let keys = &config.inner.keys.codec_server.keys;
        let mut settings = CodecServerSettings::default();
        keys.fill(&mut settings);
        self.settings.set_base(settings);
        if let Some(token) = keys.bearer_token.get() {
            self = self.bearer_token(token);
        }
        if let Some(path) = keys.bearer_token_file.get() {
            self = self.bearer_token_file(path);
        }
        if let Some(jwt) = jwt(keys) {
            self = self.configured_jwt(jwt);
        }
        self
    }
}

impl CodecServerBuilder {
    /// Sets the options from a configuration (`temporal.codec_server`), for all that are not set on this
    /// builder or its service.
    pub fn config(mut self, config: &Config) -> Self {
        self.service = self.service.config(config);
        let keys = &config.inner.keys.codec_server.keys;
        let tls = keys.tls_cert.get().cloned().zip(keys.tls_key.get().cloned());
        self.configured_tls(tls)
    }
}

fn jwt(keys: &CodecServer) -> Option<Jwt> {
    let mut jwt = Jwt::new(keys.jwks_url.get()?);
    for audience in keys.jwt_audiences.get().into_iter().flatten() {
        jwt = jwt.audience(audience);
    }
    for issuer in keys.jwt_issuers.get().into_iter().flatten() {
        jwt = jwt.issuer(issuer);
    }
    match keys.jwks_ca_cert.get() {
        Some(authority) => Some(jwt.ca_certificate(authority.clone())),
        None => Some(jwt),
    }
}
