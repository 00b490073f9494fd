//! `start`, and the arguments that it shares with the other commands that start workflows.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::pairs;
use crate::cli::{duration, input, names};
use crate::client::{AnyWorkflow, Client, Idempotency};
use crate::definition::Registry;
use crate::options::WorkflowOptions;
use crate::strict_json::parse as read_json;

/// The arguments that describe a workflow to be started.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// The type of the workflow, as `schema` lists it
    #[arg(value_name = "TYPE")]
    workflow_type: String,
    /// The inputs as JSON, in the order of the parameters; `@order.json` stands for a file with one, and
    /// `-` for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    /// The workflow's id; the default is made by the annotation's template, or is a UUID
    #[arg(long, visible_alias = "workflow-id", value_name = "ID")]
    pub(super) id: Option<String>,
    /// The queue, if workflows of this type are on several
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// The longest time for the workflow, with retries and continued runs, such as `7200` (seconds) or
    /// `2h`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    execution_timeout: Option<Duration>,
    /// The longest time for one run
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    run_timeout: Option<Duration>,
    /// A value for the workflow's memo, which is shown but can't be searched for; may be repeated
    #[arg(long, value_name = "KEY=JSON", value_parser = key_and_value)]
    memo: Vec<(String, Value)>,
    /// A line that the web UI shows with the workflow
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
}

fn key_and_value(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=JSON, such as tier='\"gold\"'")?;
    let value = read_json(value).map_err(|error| {
        let quoted = Value::from(value);
        format!("the value is not valid JSON: {error}; write a text with quotes: {key}='{quoted}'")
    })?;
    Ok((key.to_owned(), value))
}

impl Target {
    /// Returns the start, which is checked against the registry before the server is asked.
    pub(super) async fn start(
        self,
        context: &Context,
    ) -> Outcome<crate::client::StartCall<AnyWorkflow>> {
        let registry = Registry::collect().map_err(crate::Error::from)?;
        let entry = names::workflow(&registry, &self.workflow_type, self.queue.as_deref())?;
        let inputs = input::read(&self.inputs)?;
        entry.check_input(&inputs).map_err(|error| Problem::input(&error))?;
        let client: Client = context.client().await?;
        let start = client.start_registered(entry, inputs);
        let mut start = start.map_err(|error| Problem::input(&error))?;
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

/// The rule for a workflow id that is taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum WhenTaken {
    /// Refuses an id that was ever used
    OncePerId,
    /// Uses an id again only if its workflow ended without completing
    RetryIfFailed,
    /// Uses an id again once its workflow has ended
    AllowDuplicate,
    /// Returns the running workflow, and starts one that has ended again
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

/// The arguments of a start that a recurring schedule doesn't have.
#[derive(Debug, Args)]
pub(super) struct Now {
    #[command(flatten)]
    target: Target,
    /// The rule for a workflow id that is taken
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY")]
    idempotency: Option<WhenTaken>,
    /// The delay before the first task is given to a worker, such as `600` (seconds) or `10m`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    delay: Option<Duration>,
}

impl Now {
    pub(super) async fn start(
        self,
        context: &Context,
    ) -> Outcome<crate::client::StartCall<AnyWorkflow>> {
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
            pairs(&[
                ("workflow id", Some(id.to_owned()).into()),
                ("run id", run_id.map(str::to_owned).into()),
            ])
        })
    }
}
