//! `codec-server`: shows encoded values to the web UI and the `temporal` command.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::logging::Logging;
use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::pairs;
use crate::codec::server::{
    CodecServer, CodecServerBuilder, CodecServerError, CodecService, Jwt, service,
};
use crate::worker::StopSignals;

/// The arguments of the codec server. They add to what is configured, or replace it.
#[derive(Debug, Args)]
pub(in crate::cli) struct ServeCodec {
    /// The address to listen on; the default is what is configured, or else 127.0.0.1:8081
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Allows the web pages of this origin, such as `http://localhost:8233`; may be repeated
    ///
    /// An origin is scheme, host and port: `localhost` and `127.0.0.1` are two.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Allows web pages to send this header; may be repeated
    #[arg(long = "allow-header", value_name = "NAME")]
    headers: Vec<String>,
    /// Allows web pages to send cookies
    #[arg(long)]
    allow_credentials: bool,
    /// Accepts the bearer token in this file
    #[arg(long, value_name = "FILE")]
    bearer_token_file: Option<PathBuf>,
    /// Accepts JSON web tokens that a key at this URL has signed
    #[arg(long, value_name = "URL", requires = "claim")]
    jwks_url: Option<String>,
    /// The audience of JSON web tokens; may be repeated
    #[arg(long = "jwt-audience", value_name = "TEXT", requires = "jwks_url", group = "claim")]
    audiences: Vec<String>,
    /// The issuer of JSON web tokens; may be repeated
    #[arg(long = "jwt-issuer", value_name = "TEXT", requires = "jwks_url", group = "claim")]
    issuers: Vec<String>,
    /// Serves HTTPS with this certificate
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Listens without authorization also where other machines reach it
    #[arg(long)]
    allow_unauthenticated: bool,
    #[command(flatten)]
    logging: Logging,
}

impl ServeCodec {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let _telemetry = self.logging.start(context)?;
        let mut signals = StopSignals::listen();
        let server = self.builder(of_client(context)?).config(context.config()?);
        if !server.has_origins() {
            tracing::warn!(
                "no origin is allowed, so no web page can use the codec server; allow that of the web UI"
            );
        }
        let server = server.start().await.map_err(not_started)?;
        let url = server.url();
        context.output().show(&json!({ "codec_server": url }), || {
            pairs(&[("codec server", Some(url.to_owned()).into())])
        })?;
        signals.next().await;
        server.shutdown().await;
        Ok(())
    }

    fn builder(self, mut service: CodecService) -> CodecServerBuilder {
        service = self.origins.into_iter().fold(service, CodecService::allow_origin);
        service = self.headers.into_iter().fold(service, CodecService::allow_header);
        if self.allow_credentials {
            service = service.allow_credentials(true);
        }
        if let Some(path) = self.bearer_token_file {
            service = service.bearer_token_file(path);
        }
        if let Some(url) = self.jwks_url {
            let jwt = self.audiences.into_iter().fold(Jwt::new(url), Jwt::audience);
            service = service.jwt(self.issuers.into_iter().fold(jwt, Jwt::issuer));
        }
        let mut server = CodecServer::builder(service);
        if let Some(address) = self.listen {
            server = server.address(address);
        }
        if let Some((certificate, key)) = self.tls_cert.zip(self.tls_key) {
            server = server.tls(certificate, key);
        }
        if self.allow_unauthenticated { server.allow_unauthenticated(true) } else { server }
    }
}

/// Returns a service with the codec of this program's clients.
pub(super) fn of_client(context: &Context) -> Outcome<CodecService> {
    let codec = context.client_builder()?.wire_codec()?;
    codec.map(service).ok_or_else(|| {
        Problem::misuse(
            "no codec: this program sends values in plain text; configure `temporal.encryption`, or set a \
             data converter with `Cli::client`",
        )
    })
}

/// Returns the problem of a server that can't start. An address that is taken may be free later.
pub(super) fn not_started(error: CodecServerError) -> Problem {
    match error {
        CodecServerError::Listen { .. } => Problem::failure(error),
        _ => Problem::misuse(error),
    }
}
