//! Replacement of `configured` without the feature `config`: nothing is configured.

#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "it has the form of what it stands in for"
)]

use std::time::Duration;

use super::builder::ClientBuilder;
use crate::error::Result;

impl ClientBuilder {
    pub(crate) fn from_environment() -> Result<Self> {
        Ok(Self::default())
    }

    pub(crate) fn configured_url(&self) -> Option<String> {
        None
    }

    pub(crate) fn configured_namespace(&self) -> Option<String> {
        None
    }

    pub(crate) fn is_enabled(&self) -> bool {
        true
    }

    pub(crate) fn connect_limit(&self) -> Option<Duration> {
        None
    }

    pub(crate) fn with_configuration(self) -> Result<Self> {
        Ok(self)
    }
}
