//! The settings of a dev server that a configuration may have, with their defaults.
//!
//! A program that is built without the feature `dev-server` accepts a file that has them.

use std::path::PathBuf;

#[cfg(feature = "dev-server")]
use crate::search_attribute::SearchAttribute;

/// The settings of a dev server that a configuration may have.
#[derive(Debug, Clone, Default)]
pub(crate) struct DevServerSettings {
    /// The `temporal` command. It is searched for by default.
    pub(crate) cli: Option<PathBuf>,
    /// The port to serve on. The default is a free one.
    pub(crate) port: Option<u16>,
    pub(crate) ui: bool,
    /// The port of the web UI, which also turns it on. The default is a free one.
    pub(crate) ui_port: Option<u16>,
    /// The SQLite file. By default the state is in memory.
    pub(crate) database: Option<PathBuf>,
    /// The search attributes to register, besides those that the program declares.
    #[cfg(feature = "dev-server")]
    pub(crate) search_attributes: Vec<(String, SearchAttribute)>,
}
