//! `dev`: a Temporal server, its web UI, and the workers of this program, which restart when the program
//! is rebuilt.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::dev_codec::WithCodec;
use super::rebuild::{self, Rebuilt};
use super::serve::Serving;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::pairs;
use crate::cli::program::Program;
use crate::dev_server::{DevServer, DevServerBuilder, SearchAttribute, UnknownSearchAttribute};
use crate::error::Error;
use crate::worker::StopSignals;

/// The port on which Temporal's tools and the other commands look for a server by default.
const PORT: u16 = 7233;
const UI_PORT: u16 = 8233;

#[derive(Debug, Args)]
pub(in crate::cli) struct Dev {
    /// Keeps the server's state in this file, which is created if necessary; without it the state is lost
    /// at the end
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// The server's port; the default is what is configured, or else 7233
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The web UI's port; the default is what is configured, or else 8233
    #[arg(long, value_name = "PORT")]
    ui_port: Option<u16>,
    /// Uses free ports instead of the default ones
    #[arg(long)]
    free_ports: bool,
    /// Registers a search attribute, beside those that the program declares and that are configured;
    /// may be repeated
    #[arg(long = "search-attribute", value_name = "NAME=TYPE", value_parser = search_attribute)]
    search_attributes: Vec<(String, SearchAttribute)>,
    #[command(flatten)]
    codec: WithCodec,
    /// Runs only the workers of another `dev`, whose server is at this address
    #[arg(long = rebuild::WORKERS_OF, hide = true, value_name = "ADDRESS")]
    workers_of: Option<String>,
    #[command(flatten)]
    serving: Serving,
}

impl Dev {
    pub(super) async fn run(self, program: Program) -> Outcome {
        let context = &program.context;
        let _telemetry = self.serving.begin(context)?;
        if let Some(address) = &self.workers_of {
            let builder = context.client_builder()?.address(address).without_tls();
            let client = builder.connect().await?;
            let stop = rebuild::closed_input();
            return self.serving.run(&client, program.prepare, stop).await;
        }
        // A signal while the server starts ends both.
        let mut signals = StopSignals::listen();
        let codec = self.codec.listen(context, self.free_ports).await?;
        let server = self.server(program.context.config()?, &context.namespace()?);
        let server = codec.used_by(server).start().await.map_err(Error::from)?;
        let codec = codec.serve(server.ui_address()).await?;
        let codec_url = codec.as_ref().map(|codec| codec.url().to_owned());
        let (address, ui) = (server.address(), server.ui_address());
        let at = json!({ "address": address, "web_ui": ui, "codec_server": codec_url });
        context.output().show(&at, || {
            pairs(&[
                ("Temporal server", Some(address.to_owned()).into()),
                ("web UI", ui.map(str::to_owned).into()),
                ("codec server", codec_url.clone().into()),
            ])
        })?;
        let workers = Rebuilt::new(&program.arguments, server.address())?;
        let ended = tokio::select! {
            ended = workers.serve(&mut signals) => ended,
            status = server.ended() => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                let said = server.last_output();
                Err(Problem::failure(format!("the Temporal server ended{status}\n{said}")))
            }
        };
        server.shutdown().await.map_err(Error::from)?;
        ended
    }

    fn server(&self, config: &crate::config::Config, namespace: &str) -> DevServerBuilder {
        let mut server = DevServer::builder().config(config).ui(true);
        let configured = config.dev_server();
        if let Some(port) = self.port.or_else(|| self.usual(PORT, configured.port)) {
            server = server.port(port);
        }
        if let Some(port) = self.ui_port.or_else(|| self.usual(UI_PORT, configured.ui_port)) {
            server = server.ui_port(port);
        }
        if let Some(path) = &self.database {
            server = server.database(path);
        }
        for (name, kind) in &self.search_attributes {
            server = server.search_attribute(name, *kind);
        }
        if namespace == "default" { server } else { server.namespace(namespace) }
    }

    fn usual(&self, port: u16, configured: Option<u16>) -> Option<u16> {
        (!self.free_ports && configured.is_none()).then_some(port)
    }
}

/// Reads `NAME=TYPE`.
fn search_attribute(text: &str) -> Result<(String, SearchAttribute), String> {
    let Some((name, kind)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Err("not a name and a type, such as `CustomerTier=Keyword`".to_owned());
    };
    let kind = kind.parse().map_err(|error: UnknownSearchAttribute| error.to_string())?;
    Ok((name.to_owned(), kind))
}
