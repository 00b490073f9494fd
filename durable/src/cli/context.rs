//! The context of every command: the global options, the configuration, and the client.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::Args;

use super::format::Format;
use super::output::Output;
use crate::client::{Client, ClientBuilder};
use crate::config::Config;
use crate::error::Result;

pub(super) type Customize = Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// The options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection and output")]
pub(super) struct Global {
    /// The Temporal server, as `host:port` or URL
    ///
    /// The default is what is configured, or else localhost:7233.
    #[arg(long, global = true, value_name = "ADDRESS")]
    address: Option<String>,
    /// The namespace; the default is what is configured, or else `default`
    #[arg(long, global = true, value_name = "NAME")]
    namespace: Option<String>,
    /// The configuration file; the default is the one that `DURABLE_CONFIG` names, or else durable.yaml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The profile of temporal.toml; the default is the one that `TEMPORAL_PROFILE` names
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// The form of the output
    #[arg(long, global = true, value_enum, ignore_case = true, default_value = "text")]
    output: Format,
    /// Prints times in UTC instead of their distance from now
    #[arg(long, global = true)]
    utc: bool,
}

impl Global {
    pub(super) fn format(&self) -> Format {
        self.output
    }
}

/// The context of a program's own command: the configuration and the client that the command line asks
/// for. It is cheap to clone.
#[derive(Clone)]
pub struct Context {
    global: Global,
    customize: Customize,
    config: OnceLock<Config>,
}

impl Context {
    pub(super) fn new(global: Global, customize: Customize) -> Self {
        Self { global, customize, config: OnceLock::new() }
    }

    /// Returns the configuration, from the file and profile that the command line names and the
    /// environment.
    ///
    /// # Errors
    /// [`ConfigError`](crate::config::ConfigError), with every problem.
    pub fn config(&self) -> Result<&Config> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let mut loader = Config::loader();
        if let Some(path) = &self.global.config {
            loader = loader.file(path);
        }
        if let Some(profile) = &self.global.profile {
            loader = loader.profile(profile);
        }
        let config = loader.load()?;
        Ok(self.config.get_or_init(|| config))
    }

    /// Connects to the server and namespace that the command line and the configuration name.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`], and of [`config`](Self::config).
    pub async fn client(&self) -> Result<Client> {
        self.client_builder()?.connect().await
    }

    /// Returns the builder of the client, for further settings.
    ///
    /// # Errors
    /// Those of [`config`](Self::config).
    pub fn client_builder(&self) -> Result<ClientBuilder> {
        let mut builder = (self.customize)(Client::builder().config(self.config()?));
        if let Some(address) = &self.global.address {
            builder = builder.address(address);
        }
        if let Some(namespace) = &self.global.namespace {
            builder = builder.namespace(namespace);
        }
        Ok(builder)
    }

    /// Returns a replay with the data converter and the codecs of the client, without connecting.
    #[cfg(feature = "testing")]
    pub(super) fn replayer(&self) -> Result<crate::testing::Replayer> {
        Ok(crate::testing::Replayer::like(&self.client_builder()?))
    }

    /// Returns whether `--output json` was given.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        self.global.output == Format::Json
    }

    #[cfg(feature = "dev-server")]
    pub(super) fn namespace(&self) -> Result<String> {
        Ok(match &self.global.namespace {
            Some(namespace) => namespace.clone(),
            None => self.config()?.namespace().to_owned(),
        })
    }

    pub(super) fn output(&self) -> Output {
        Output { format: self.global.output, utc: self.global.utc }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("global", &self.global).finish_non_exhaustive()
    }
}
