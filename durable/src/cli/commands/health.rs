//! `health`: checks that the server answers, for people and for probes.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::pairs;

#[derive(Debug, Args)]
pub(in crate::cli) struct Health {}

impl Health {
    #[allow(clippy::unused_self, reason = "as the other commands")]
    pub(super) async fn run(&self, context: &Context) -> Outcome {
        let health = context.client().await?.health().await?;
        let milliseconds = health.latency.as_secs_f64() * 1000.0;
        let as_json = json!({
            "address": health.address,
            "namespace": health.namespace,
            "server_version": health.server_version,
            "latency_ms": milliseconds,
        });
        context.output().show(&as_json, || {
            pairs(&[
                ("server", Some(health.address.clone()).into()),
                ("namespace", Some(health.namespace.clone()).into()),
                ("version", Some(health.server_version.clone()).into()),
                ("latency", Some(format!("{milliseconds:.1} ms")).into()),
            ])
        })
    }
}
