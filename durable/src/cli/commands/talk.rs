//! `signal`, `query` and `update`: calls of handlers by name, with inputs that are checked before they
//! are sent.

use std::future::IntoFuture as _;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use super::stack;
use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::{self, Outcome, Problem};
use crate::cli::format::Format;
use crate::cli::names::{self, Kind};
use crate::cli::output::{line, pairs};
use crate::cli::progress::{self, ANSWER, unanswered};
use crate::cli::selection::Many;
use crate::cli::{duration, escape, input};
use crate::client::{AnyWorkflowHandle, ListWorkflowsCall};
use crate::definition::{Registry, STACK_TRACE};
use crate::error::Error;

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
    /// The workflow's id; with `--query` the name of the signal stands here
    #[arg(value_name = "WORKFLOW_ID")]
    first: String,
    /// The name of the signal, as `schema` lists it
    #[arg(value_name = "NAME", required_unless_present = "query")]
    second: Option<String>,
    /// The inputs as JSON, in the order of the parameters: each the JSON itself, the name of a file
    /// (`@order.json`), or `-` for standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    /// The id of one run; the default is the current one
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    run_id: Option<String>,
    #[command(flatten)]
    many: Many,
}

impl Signal {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        if self.many.query.is_some() {
            return self.send_to_many(context).await;
        }
        let workflow = Existing { id: self.first, run_id: self.run_id };
        let name = self.second.unwrap_or_default();
        let call = Call { workflow, name, inputs: self.inputs };
        let (handle, inputs) = call.checked(context, Kind::Signal).await?;
        handle.signal(&call.name, inputs).await?;
        let sent = json!({ "workflow_id": handle.id(), "signal": call.name });
        context.output().show(&sent, || {
            line(&format!("signal `{}` was sent to workflow `{}`", call.name, handle.id()))
        })
    }

    /// Sends the signal to all workflows of the query. Their types may differ, so the inputs are checked
    /// as JSON only.
    async fn send_to_many(self, context: &Context) -> Outcome {
        let name = self.first;
        let inputs: Vec<_> = self.second.into_iter().chain(self.inputs).collect();
        let inputs = input::read(&inputs)?;
        let words = (format!("send signal `{name}` to"), format!("sent signal `{name}` to"));
        let send = async |list: ListWorkflowsCall<_>| list.signal_all(name, inputs, "").await;
        self.many.apply(context, (&words.0, &words.1), true, send).await
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Query {
    #[command(flatten)]
    call: Call,
    /// The longest wait for the answer, such as `5` (seconds) or `1m`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = ANSWER)]
    timeout: Duration,
}

impl Query {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (handle, inputs) = self.call.checked(context, Kind::Query).await?;
        if self.call.name == STACK_TRACE && context.output().format == Format::Text {
            return stack::print(context, &handle, self.timeout).await;
        }
        let query = handle.query(&self.call.name, inputs).call_timeout(self.timeout).into_future();
        let answer = progress::watched(context, &handle, Some(self.timeout), query).await?;
        match answer {
            Err(Error::CallTimedOut { .. }) => {
                let what = format!("query `{}`", self.call.name);
                Err(unanswered(&handle, &what, self.timeout).await)
            }
            answer => context.output().value(&answer?),
        }
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
    /// The longest wait, such as `300` (seconds) or `5m`; the update goes on after that
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl Update {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let (handle, inputs) = self.call.checked(context, Kind::Update).await?;
        let id = self.id.unwrap_or_else(|| Uuid::new_v4().to_string());
        let mut update = handle.update(&self.call.name, inputs).update_id(&id);
        if let Some(timeout) = self.timeout {
            update = update.call_timeout(timeout);
        }
        let what = format!("update `{}` ({id})", self.call.name);
        if !self.no_wait {
            let sent = format!("{what} is sent to workflow `{}`", handle.id());
            let as_json = json!({ "workflow_id": handle.id(), "update_id": id });
            exit::note(context.output().format, &as_json, &escape::line(&sent));
            let waiting = update.into_future();
            let answer = progress::watched(context, &handle, self.timeout, waiting).await?;
            return match (answer, self.timeout) {
                (Err(Error::CallTimedOut { .. }), Some(timeout)) => {
                    Err(unanswered(&handle, &what, timeout).await)
                }
                (answer, _) => context.output().value(&answer?),
            };
        }
        let waiting = update.start();
        let accepted = progress::watched(context, &handle, self.timeout, waiting).await??;
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
