//! The settings of a dev server from a configuration.

use super::Config;
use crate::dev_server::DevServerBuilder;

impl DevServerBuilder {
    /// Sets the options from a configuration. Later calls override them.
    pub fn config(mut self, config: &Config) -> Self {
        let at = |key| ["dev_server", key];
        if let Some(path) = config.path(&at("cli")) {
            self = self.cli(path);
        }
        if let Some(port) = config.port(&at("port")) {
            self = self.port(port);
        }
        if let Some(ui) = config.bool(&at("ui")) {
            self = self.ui(ui);
        }
        if let Some(port) = config.port(&at("ui_port")) {
            self = self.ui_port(port);
        }
        if let Some(path) = config.path(&at("database")) {
            self = self.database(path);
        }
        for (name, kind) in config.search_attributes() {
            self = self.search_attribute(name, kind);
        }
        self
    }
}
