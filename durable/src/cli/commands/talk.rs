//! `signal`, `query` and `update`: by name, with inputs that are checked before they are sent.

use clap::Args;
use serde_json::{Value, json};

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::input;
use crate::cli::names::{self, Kind};
use crate::cli::output::pairs;
use crate::client::AnyWorkflowHandle;
use crate::definition::Registry;

/// A handler of a workflow, and its inputs.
#[derive(Debug, Args)]
struct Call {
    #[command(flatten)]
    workflow: Existing,
    /// The name of the handler, as `schema` lists it
    #[arg(value_name = "NAME")]
    name: String,
    /// The inputs as JSON, in the order of the parameters; `@file` and `-` (standard input) name where
    /// one is
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
}

impl Call {
    /// The workflow and the inputs; of the server only the workflow's type is asked.
    async fn checked(
        &self,
        context: &Context,
        kind: Kind,
    ) -> Outcome<(AnyWorkflowHandle, Vec<Value>)> {
        let registry = Registry::collect().map_err(crate::Error::from)?;
        let inputs = input::read(&self.inputs)?;
        let handle = self.workflow.handle(context).await?;
        let described = handle.describe().await?;
        let (of, queue) = (described.workflow_type(), described.task_queue());
        if let Some(handler) = names::handler(&registry, of, queue, kind, &self.name)? {
            handler.check_input(&inputs).map_err(Problem::misuse)?;
        }
        Ok((handle, inputs))
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Signal {
    #[command(flatten)]
    call: Call,
}

impl Signal {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (handle, inputs) = self.call.checked(context, Kind::Signal).await?;
        handle.signal(&self.call.name, inputs).await?;
        let sent = json!({ "workflow_id": handle.id(), "signal": self.call.name });
        context.output().show(&sent, || {
            format!("signal `{}` was sent to workflow `{}`\n", self.call.name, handle.id())
        })
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Query {
    #[command(flatten)]
    call: Call,
}

impl Query {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (handle, inputs) = self.call.checked(context, Kind::Query).await?;
        let answer = handle.query(&self.call.name, inputs).await?;
        context.output().json(&answer.json()?)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Update {
    #[command(flatten)]
    call: Call,
    /// The update's id, by which a second one is the same
    #[arg(id = "update_id", long = "update-id", value_name = "ID")]
    id: Option<String>,
    /// Returns when the workflow has accepted the update, and prints its id
    #[arg(long)]
    no_wait: bool,
}

impl Update {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (handle, inputs) = self.call.checked(context, Kind::Update).await?;
        let mut update = handle.update(&self.call.name, inputs);
        if let Some(id) = self.id {
            update = update.update_id(id);
        }
        if !self.no_wait {
            return context.output().json(&update.await?.json()?);
        }
        let accepted = update.start().await?;
        context.output().show(
            &json!({ "workflow_id": handle.id(), "update_id": accepted.id() }),
            || {
                pairs(&[
                    ("workflow id", Some(handle.id().to_owned())),
                    ("update id", Some(accepted.id().to_owned())),
                ])
            },
        )
    }
}
