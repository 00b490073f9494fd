//! `replay`: replays histories, recorded or from a server, against the code of this program.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::lines;

#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// Files or folders of histories, as `history --save` and Temporal's own tools write them
    #[arg(value_name = "PATH", required_unless_present = "workflows")]
    paths: Vec<PathBuf>,
    /// The id of a workflow on the server; may be repeated
    #[arg(long = "workflow", value_name = "WORKFLOW_ID")]
    workflows: Vec<String>,
    /// The queue whose code is replayed, instead of the one that a history was recorded on
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
}

impl Replay {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let mut replayer = context.replayer()?;
        for path in &self.paths {
            // Tests take a relative path as relative to their package.
            let path = std::path::absolute(path).map_err(Problem::misuse)?;
            replayer = if path.is_dir() { replayer.dir(path) } else { replayer.file(path) };
        }
        if !self.workflows.is_empty() {
            let client = context.client().await?;
            replayer = replayer.namespace(client.namespace());
            for id in self.workflows {
                let handle = client.workflow(id);
                handle.describe().await?;
                replayer = replayer.history(handle.history());
            }
        }
        if let Some(queue) = self.queue {
            replayer = replayer.task_queue(queue);
        }
        let done = replayer.run().await?;
        let as_json = done.histories().iter().map(|history| {
            json!({
                "source": history.source,
                "workflow": history.workflow.to_string(),
                "events": history.events,
            })
        });
        let as_json: Value = as_json.collect();
        context.output().show(&as_json, || lines(&done.to_string()))
    }
}
