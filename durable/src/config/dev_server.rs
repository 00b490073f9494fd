//! The settings of a dev server from a configuration.

use super::Config;
use super::section::Keys as _;
use crate::dev_server::DevServerBuilder;
#[cfg(feature = "cli")]
use crate::dev_server_settings::DevServerSettings;

impl DevServerBuilder {
    /// Sets the options from a configuration. Later calls override them.
    pub fn config(mut self, config: &Config) -> Self {
        let keys = &config.inner.keys.dev_server.keys;
        let settings = self.main_settings();
        keys.fill(settings);
        settings.search_attributes.extend(keys.search_attributes.values());
        self
    }
}

impl Config {
    /// Returns the settings of the dev server.
    #[cfg(feature = "cli")]
    pub(crate) fn dev_server(&self) -> DevServerSettings {
        let mut settings = DevServerSettings::default();
        self.inner.keys.dev_server.keys.fill(&mut settings);
        settings
    }
}
