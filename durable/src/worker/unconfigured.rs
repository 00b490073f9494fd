//! The replacement of `configured` in builds without the feature `config`: nothing is configured.

#![allow(clippy::unused_self, reason = "it has the form of what it stands in for")]

use std::time::Duration;

use temporalio_sdk::WorkerOptions;

use crate::client::Client;
use crate::definition::Registry;

pub(super) struct Configured;

impl Configured {
    pub(super) fn of(_: &Client) -> Self {
        Self
    }

    pub(super) fn serves(&self) -> bool {
        true
    }

    pub(super) fn is_enabled(&self, _: &str) -> bool {
        true
    }

    pub(super) fn drain_timeout(&self) -> Option<Duration> {
        None
    }

    pub(super) fn stop_timeout(&self) -> Option<Duration> {
        None
    }

    pub(super) fn max_restarts(&self) -> Option<u32> {
        None
    }

    pub(super) fn restart_interval(&self) -> Option<Duration> {
        None
    }

    pub(super) fn health_address(&self) -> Option<String> {
        None
    }

    pub(super) fn apply(&mut self, _: &str, _: &mut WorkerOptions) {}

    pub(super) fn warn_of_unknown_names(&self, _: &Registry) {}
}
