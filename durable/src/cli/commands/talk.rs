//! `signal`, `query` and `update`: calls of handlers by name, with inputs that are checked before they
//! are sent.

use clap::Args;
use serde_json::{Value, json};

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::input;
use crate::cli::names::{self, Kind};
use crate::cli::output::{line, pairs};
use crate::client::AnyWorkflowHandle;
use crate::definition::Registry;

/// The arguments that name a handler of a workflow and its inputs.
#[derive(Debug, Args)]
struct Call {
    #[command(flatten)]
    workflow: Existing,
    /// The name of the handler, as `schema` lists it
    #[arg(value_name = "NAME")]
    name: String,
    /// The inputs as JSON, in the order of the parameters: each the JSON itself, the name of a file
    /// (`@order.json`), or `-` for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
}

impl Call {
    /// Returns the workflow and the inputs. The server is asked for the workflow's type only.
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
            handler.check_input(&inputs).map_err(|error| Problem::input(&error))?;
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
            line(&format!("signal `{}` was sent to workflow `{}`", self.call.name, handle.id()))
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
        context.output().value(&answer)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Update {
    #[command(flatten)]
    call: Call,
    /// The update's id; a second update of the same id gets the result of the first
    #[arg(id = "update_id", long = "update-id", value_name = "ID")]
    id: Option<String>,
    /// Returns as soon as the workflow has accepted the update, and prints the update's id
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
            return context.output().value(&update.await?);
        }
        let accepted = update.start().await?;
        context.output().show(
            &json!({ "workflow_id": handle.id(), "update_id": accepted.id() }),
            || {
                pairs(&[
                    ("workflow id", Some(handle.id().to_owned()).into()),
                    ("update id", Some(accepted.id().to_owned()).into()),
                ])
            },
        )
    }
}
