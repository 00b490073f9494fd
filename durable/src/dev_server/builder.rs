//! The options of a dev server, and the command line for them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::error::DevServerError;
use super::locate::LocateOptions;
use super::ports::Ports;
#[cfg(feature = "testing")]
use super::process::Owner;
use super::settings::{LogLevel, Settings};
use super::{DevServer, locate};
use crate::definition::declared_search_attributes;
#[cfg(feature = "config")]
use crate::dev_server_settings::DevServerSettings;
use crate::search_attribute::SearchAttribute;

/// The name of the option, for messages.
const SEARCH_ATTRIBUTE: &str = "search_attribute";

/// Options of a [`DevServer`]. By default it keeps its state in memory, has no web UI, and uses a free
/// port.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder starts a server only when `start` is called"]
pub struct DevServerBuilder {
    locate: LocateOptions,
    settings: Settings,
}

impl DevServerBuilder {
    /// Uses this `temporal` executable and looks for no other. It takes precedence over the environment
    /// variable `DURABLE_TEMPORAL_CLI`.
    pub fn cli(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.main.cli = Some(path.into());
        self
    }

    /// Sets whether to use only a `temporal` command that is already on this machine; the default is
    /// `false`.
    pub fn offline(mut self, offline: bool) -> Self {
        self.locate = self.locate.offline(offline);
        self
    }

    /// Sets the port to serve on; the default is a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.settings.main.port = Some(port);
        self
    }

    /// Sets whether to serve the web UI; the default is `false`.
    pub fn ui(mut self, ui: bool) -> Self {
        self.settings.main.ui = ui;
        self
    }

    /// Sets the port to serve the web UI on, and turns the web UI on; the default is a free port.
    pub fn ui_port(mut self, port: u16) -> Self {
        self.settings.main.ui_port = Some(port);
        self
    }

    /// Sets the URL of the codec server with which the web UI decodes values; by default it shows them as
    /// they are stored. The codec server must allow the origin of the web UI.
    pub fn ui_codec_endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.ui_codec_endpoint = Some(url.into());
        self
    }

    /// Adds a namespace that exists from the start, besides `default`.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.settings.namespaces.push(name.into());
        self
    }

    /// Keeps the state in this SQLite file, which is created if it is missing; by default the state is
    /// kept in memory. Only one server at a time may use a file.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.main.database = Some(path.into());
        self
    }

    /// Sets a value of the server's dynamic configuration, such as
    /// `("limit.maxIDLength", 500)`.
    ///
    /// By default the rates at which the server reads its queues are raised, timers fire when they are due,
    /// and a task queue has one partition, so that nothing waits in development. A value for one of these keys
    /// replaces the default:
    /// `("history.transferProcessorMaxPollRPS", 20)` is the server's own.
    pub fn dynamic_config(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.dynamic_config.push((key.into(), value.into()));
        self
    }

    /// Registers a custom search attribute, in every namespace.
    ///
    /// Those that the program declares with [`search_attributes!`](crate::search_attributes) are
    /// registered without it.
    pub fn search_attribute(mut self, name: impl Into<String>, of: SearchAttribute) -> Self {
        self.settings.main.search_attributes.push((name.into(), of));
        self
    }

    /// Sets the log level of the server; the default is [`LogLevel::Warn`].
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.settings.log_level = level;
        self
    }

    /// Adds an argument to `temporal server start-dev`, after all others.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.settings.extra_args.push(argument.into());
        self
    }

    /// Sets the longest time that the server may take until it answers; the default is 30 seconds. The
    /// time for fetching the command is not included.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.settings.start_timeout = timeout;
        self
    }

    /// Ends the server with another process instead of this one, on Unix. `folder` is for the server's
    /// output, and is removed at its end.
    #[cfg(feature = "testing")]
    pub(crate) fn owner(mut self, process_id: u32, folder: PathBuf) -> Self {
        self.settings.owner = Some(Owner { process_id, folder });
        self
    }

    /// Returns the settings that a configuration may have.
    #[cfg(feature = "config")]
    pub(crate) fn main_settings(&mut self) -> &mut DevServerSettings {
        &mut self.settings.main
    }

    /// Finds or fetches the `temporal` command, starts the server, and waits until it answers.
    ///
    /// # Errors
    /// - [`DevServerError::InvalidOption`]: an option cannot be passed to the server.
    /// - [`DevServerError::NotFound`], [`DevServerError::NamedCli`]: there is no usable command.
    /// - [`DevServerError::PortInUse`], [`DevServerError::Port`]: a port is taken, or cannot
    ///   be listened on.
    /// - [`DevServerError::Spawn`], [`DevServerError::Exited`], [`DevServerError::NotReady`]: the
    ///   server did not start.
    pub async fn start(self) -> Result<DevServer, DevServerError> {
        let Self { locate: mut options, mut settings } = self;
        if let Some(path) = settings.main.cli.take() {
            options = options.cli(path);
        }
        with_declared(&mut settings.main.search_attributes)?;
        settings.check()?;
        let cli = locate(&options).await?;
        DevServer::launch(cli, &settings).await
    }
}

impl Settings {
    pub(super) fn has_ui(&self) -> bool {
        self.main.ui || self.main.ui_port.is_some()
    }

    fn check(&self) -> Result<(), DevServerError> {
        let invalid = |option, problem| Err(DevServerError::InvalidOption { option, problem });
        if self.main.port.is_some() && self.main.port == self.main.ui_port {
            let problem = "same as `port`; choose another one".to_owned();
            return invalid("ui_port", problem);
        }
        if [self.main.port, self.main.ui_port].contains(&Some(0)) {
            let problem = "0 is not a port; leave the option out to use a free one".to_owned();
            return invalid(if self.main.port == Some(0) { "port" } else { "ui_port" }, problem);
        }
        let keys = self.dynamic_config.iter().map(|(key, _)| ("dynamic_config", key));
        let names = self.main.search_attributes.iter().map(|(name, _)| (SEARCH_ATTRIBUTE, name));
        for (option, name) in keys.chain(names) {
            if name.is_empty() || name.contains('=') {
                let problem = format!("invalid name `{name}`; it must not be empty or contain `=`");
                return invalid(option, problem);
            }
        }
        for (index, (name, kind)) in self.main.search_attributes.iter().enumerate() {
            let mut others = self.main.search_attributes[..index].iter();
            if let Some((_, other)) = others.find(|(other, of)| other == name && of != kind) {
                let problem = format!("`{name}` is set as {other} and as {kind}; choose one");
                return invalid(SEARCH_ATTRIBUTE, problem);
            }
        }
        Ok(())
    }

    /// Returns the arguments of the `temporal` command.
    pub(super) fn arguments(&self, ports: Ports) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["server", "start-dev", "--ip", "127.0.0.1"].into_iter().map(OsString::from).collect();
        let mut flag = |name: &str, value: OsString| {
            arguments.push(name.into());
            arguments.push(value);
        };
        flag("--port", ports.frontend.to_string().into());
        flag("--log-level", self.log_level.as_str().into());
        if let Some(port) = ports.ui {
            flag("--ui-port", port.to_string().into());
        }
        if let Some(url) = &self.ui_codec_endpoint {
            flag("--ui-codec-endpoint", url.into());
        }
        for namespace in &self.namespaces {
            flag("--namespace", namespace.into());
        }
        if let Some(path) = &self.main.database {
            flag("--db-filename", path.into());
        }
        for (key, value) in self.all_dynamic_config() {
            flag("--dynamic-config-value", format!("{key}={value}").into());
        }
        for (name, of) in &self.main.search_attributes {
            flag("--search-attribute", format!("{name}={of}").into());
        }
        if ports.ui.is_none() {
            arguments.push("--headless".into());
        }
        arguments.extend(self.extra_args.iter().cloned());
        arguments
    }
}

/// Adds the search attributes that the program declares.
///
/// # Errors
/// [`DevServerError::InvalidOption`] if declarations contradict each other, or an option.
pub(crate) fn with_declared(
    asked: &mut Vec<(String, SearchAttribute)>,
) -> Result<(), DevServerError> {
    let invalid = |problem| DevServerError::InvalidOption { option: SEARCH_ATTRIBUTE, problem };
    for entry in declared_search_attributes().map_err(|error| invalid(error.to_string()))? {
        match asked.iter().find(|(name, _)| name == entry.name) {
            None => asked.push((entry.name.to_owned(), entry.kind)),
            Some((_, kind)) if *kind == entry.kind => {}
            Some((name, kind)) => {
                return Err(invalid(format!(
                    "`{name}` is set as {kind}, and declared as {} at {}; leave it out here, or change \
                     the declaration",
                    entry.kind, entry.source
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(builder: &DevServerBuilder, ports: Ports) -> String {
        let arguments = builder.settings.arguments(ports);
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    /// The dynamic configuration that is set by default.
    const QUICK: &str = "--dynamic-config-value history.transferProcessorMaxPollRPS=10000 \
         --dynamic-config-value history.timerProcessorMaxPollRPS=10000 \
         --dynamic-config-value history.visibilityProcessorMaxPollRPS=10000 \
         --dynamic-config-value history.timerProcessorMaxTimeShift=\"10ms\" \
         --dynamic-config-value matching.numTaskqueueReadPartitions=1 \
         --dynamic-config-value matching.numTaskqueueWritePartitions=1";

    #[test]
    fn without_options_the_server_is_headless_and_in_memory() {
        let ports = Ports { frontend: 7000, ui: None };
        assert_eq!(
            line(&DevServer::builder(), ports),
            format!(
                "server start-dev --ip 127.0.0.1 --port 7000 --log-level warn {QUICK} --headless"
            )
        );
    }

    #[test]
    fn every_option_has_its_flag() {
        let builder = DevServer::builder()
            .ui(true)
            .ui_codec_endpoint("http://127.0.0.1:8081")
            .namespace("a")
            .namespace("b")
            .database("x.db")
            .dynamic_config("frontend.On", true)
            .dynamic_config("name", "it")
            .search_attribute("Customer", SearchAttribute::Keyword)
            .log_level(LogLevel::Error)
            .arg("--sqlite-pragma")
            .arg("synchronous=off");
        assert_eq!(
            line(&builder, Ports { frontend: 1, ui: Some(2) }),
            format!(
                "server start-dev --ip 127.0.0.1 --port 1 --log-level error --ui-port 2 \
                 --ui-codec-endpoint http://127.0.0.1:8081 --namespace a --namespace b \
                 --db-filename x.db {QUICK} --dynamic-config-value frontend.On=true \
                 --dynamic-config-value name=\"it\" --search-attribute Customer=Keyword \
                 --sqlite-pragma synchronous=off"
            )
        );
    }

    #[test]
    fn a_given_value_replaces_a_default_of_the_dynamic_configuration() {
        let keys =
            [("history.transferProcessorMaxPollRPS", 20), ("history.timerprocessormaxpollrps", 20)];
        for (key, value) in keys {
            let builder = DevServer::builder().dynamic_config(key, value);
            let line = line(&builder, Ports { frontend: 1, ui: None });
            let given = line.to_lowercase().matches(&key.to_lowercase()).count();
            assert_eq!(given, 1, "{line}");
            assert!(line.contains(&format!("{key}={value}")), "{line}");
        }
    }

    #[test]
    fn options_that_cannot_be_passed_are_refused() {
        let refused = |builder: DevServerBuilder| {
            builder.settings.check().expect_err("it cannot be passed").to_string()
        };
        let text = refused(DevServer::builder().port(7000).ui_port(7000));
        assert!(text.starts_with("invalid option `ui_port`: "), "{text}");
        let text = refused(DevServer::builder().port(0));
        assert!(text.starts_with("invalid option `port`: "), "{text}");
        let text = refused(DevServer::builder().dynamic_config("a=b", 1));
        assert!(text.contains("`a=b`"), "{text}");
        let twice = DevServer::builder().search_attribute("A", SearchAttribute::Int);
        let text = refused(twice.search_attribute("A", SearchAttribute::Bool));
        assert_eq!(
            text,
            "invalid option `search_attribute`: `A` is set as Int and as Bool; choose one"
        );
        DevServer::builder().port(7000).settings.check().expect("a port is fine");
    }
}
