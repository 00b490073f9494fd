//! The workflows of a command: one by its id, or many by a query, with a preview and a question.

use std::io::{IsTerminal as _, Write as _};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::exit::{Outcome, Problem};
use super::output::{dim, line};
use crate::client::{AnyWorkflow, AnyWorkflowHandle, Batch, ListWorkflowsCall};

/// The arguments that select many workflows.
#[derive(Debug, Args)]
pub(super) struct Many {
    /// Selects all workflows that match this filter, in Temporal's list filter syntax
    #[arg(long, value_name = "FILTER")]
    pub(super) query: Option<String>,
    /// Doesn't ask before many workflows are changed
    #[arg(long, short)]
    yes: bool,
}

/// The arguments that select one workflow by its id, or many by a query.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW_ID", required_unless_present = "query", conflicts_with = "query")]
    id: Option<String>,
    /// The id of one run; the default is the current one
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    run_id: Option<String>,
    #[command(flatten)]
    pub(super) many: Many,
}

impl Selection {
    /// Returns the handle of the workflow, if one is named.
    pub(super) async fn one(&self, context: &Context) -> Outcome<Option<AnyWorkflowHandle>> {
        let Some(id) = &self.id else { return Ok(None) };
        let handle = context.client().await?.workflow(id);
        Ok(Some(match &self.run_id {
            Some(run_id) => handle.with_run_id(run_id),
            None => handle,
        }))
    }
}

impl Many {
    /// Applies an operation to all workflows of the query, after a preview of their number.
    ///
    /// `verb` is what happens to the workflows, and `done` what has happened.
    pub(super) async fn apply(
        &self,
        context: &Context,
        (verb, done): (&str, &str),
        only_running: bool,
        start: impl AsyncFnOnce(ListWorkflowsCall<AnyWorkflow>) -> crate::error::Result<Batch>,
    ) -> Outcome {
        let query = self.query.as_deref().unwrap_or_default();
        let select = || client_list(context, query, only_running);
        let count = select().await?.count().await?;
        let output = context.output();
        let running = if only_running { "running " } else { "" };
        if count == 0 {
            let nothing = json!({ "matched": 0, "succeeded": 0, "failed": 0 });
            return output
                .show(&nothing, || dim(&format!("no {running}workflows match the query")));
        }
        let plural = if count == 1 { "" } else { "s" };
        let them = format!("{count} {running}workflow{plural}");
        if !self.yes && !confirmed(&format!("{verb} {them}"))? {
            return Err(Problem::failure("nothing was changed"));
        }
        let progress = start(select().await?).await?.wait().await?;
        let (succeeded, failed) = (progress.succeeded, progress.failed);
        let told = json!({ "matched": count, "succeeded": succeeded, "failed": failed });
        let shown = output.show(&told, || line(&format!("{done} {succeeded} of {them}")));
        if failed > 0 {
            shown?;
            return Err(Problem::failure(format!("{failed} of {them} could not be changed")));
        }
        shown
    }
}

async fn client_list(
    context: &Context,
    query: &str,
    only_running: bool,
) -> Outcome<ListWorkflowsCall<AnyWorkflow>> {
    let list = context.client().await?.list_all().matching(query);
    Ok(if only_running { list.running() } else { list })
}

/// Asks on a terminal. Elsewhere nobody can answer, so `--yes` must be given.
fn confirmed(question: &str) -> Outcome<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Problem::misuse(format!("this would {question}; confirm it with `--yes`")));
    }
    let mut stderr = anstream::stderr();
    let asked = write!(stderr, "{question}? [y/N] ").and_then(|()| stderr.flush());
    asked.map_err(Problem::failure)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Problem::failure)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
