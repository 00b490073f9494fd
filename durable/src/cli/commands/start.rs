//! `start`, and what it shares with the other commands that start workflows.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::pairs;
use crate::cli::{input, names};
use crate::client::{AnyWorkflow, Client, Idempotency};
use crate::definition::Registry;
use crate::options::WorkflowOptions;

/// A workflow to be started.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// The type of the workflow, as `schema` lists it
    #[arg(value_name = "TYPE")]
    workflow_type: String,
    /// The inputs as JSON, in the order of the parameters; `@order.json` stands for a file with one, and
    /// `-` for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    /// The workflow's id; without it what the annotation makes of the input, or else a UUID
    #[arg(long, visible_alias = "workflow-id", value_name = "ID")]
    pub(super) id: Option<String>,
    /// The queue, where the type is on several
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// The longest that the workflow may take, retries and continued runs included, such as `2h`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    execution_timeout: Option<Duration>,
    /// The longest that one run may take
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    run_timeout: Option<Duration>,
    /// A value that can be read, but not searched by; may be given several times
    #[arg(long, value_name = "KEY=JSON", value_parser = key_and_value)]
    memo: Vec<(String, Value)>,
    /// A line that the web UI shows with the workflow
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
}

fn key_and_value(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=JSON, such as tier='\"gold\"'")?;
    let value = serde_json::from_str(value).map_err(|error| format!("`{value}`: {error}"))?;
    Ok((key.to_owned(), value))
}

impl Target {
    /// The start, checked against the registry before the server is asked anything.
    pub(super) async fn start(
        self,
        context: &Context,
    ) -> Outcome<crate::client::Start<AnyWorkflow>> {
        let registry = Registry::collect().map_err(crate::Error::from)?;
        let entry = names::workflow(&registry, &self.workflow_type, self.queue.as_deref())?;
        let inputs = input::read(&self.inputs)?;
        entry.check_input(&inputs).map_err(Problem::misuse)?;
        let client: Client = context.client().await?;
        let mut start = client.start_registered(entry, inputs).map_err(Problem::misuse)?;
        if let Some(id) = self.id {
            start = start.id(id);
        }
        let mut options = WorkflowOptions::default();
        if let Some(timeout) = self.execution_timeout {
            options = options.execution_timeout(timeout);
        }
        if let Some(timeout) = self.run_timeout {
            options = options.run_timeout(timeout);
        }
        if let Some(summary) = self.summary {
            options = options.summary(summary);
        }
        start = start.options(options);
        Ok(self.memo.into_iter().fold(start, |start, (key, value)| start.memo(key, value)))
    }
}

/// What happens when the id is taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum WhenTaken {
    /// An id is used once, however its workflow ended
    OncePerId,
    /// An id is used again only after its workflow did not complete
    RetryIfFailed,
    /// An id is used again once its workflow has ended
    AllowDuplicate,
    /// A workflow that runs is used, and one that has ended is started again
    UseExisting,
}

impl From<WhenTaken> for Idempotency {
    fn from(when: WhenTaken) -> Self {
        match when {
            WhenTaken::OncePerId => Self::OncePerId,
            WhenTaken::RetryIfFailed => Self::RetryIfFailed,
            WhenTaken::AllowDuplicate => Self::AllowDuplicate,
            WhenTaken::UseExisting => Self::UseExisting,
        }
    }
}

/// What a start has that a schedule has not.
#[derive(Debug, Args)]
pub(super) struct Now {
    #[command(flatten)]
    target: Target,
    /// What happens when the workflow id is taken
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY")]
    idempotency: Option<WhenTaken>,
    /// How long the server waits before it gives the first task to a worker, such as `10m`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    delay: Option<Duration>,
}

impl Now {
    pub(super) async fn start(
        self,
        context: &Context,
    ) -> Outcome<crate::client::Start<AnyWorkflow>> {
        let mut start = self.target.start(context).await?;
        if let Some(policy) = self.idempotency {
            start = start.idempotency(policy.into());
        }
        if let Some(delay) = self.delay {
            start = start.start_delay(delay);
        }
        Ok(start)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Start {
    #[command(flatten)]
    now: Now,
}

impl Start {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.now.start(context).await?.await?;
        let (id, run_id) = (handle.id(), handle.run_id());
        context.output().show(&json!({ "workflow_id": id, "run_id": run_id }), || {
            pairs(&[("workflow id", Some(id.to_owned())), ("run id", run_id.map(str::to_owned))])
        })
    }
}
