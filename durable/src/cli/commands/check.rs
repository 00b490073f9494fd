//! `check`: whether this program could serve, found out without a server unless it is asked for.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::pairs;
use crate::cli::program::Program;
use crate::client::Client;
use crate::definition::Registry;
use crate::error::{Error, WorkerError};
use crate::worker::Workers;

#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// Checks only this queue; may be given several times
    #[arg(long = "queue", short, value_name = "NAME")]
    queues: Vec<String>,
    /// Also asks the Temporal server whether it has the search attributes that the program declares
    #[arg(long)]
    server: bool,
}

impl Check {
    pub(super) async fn run(self, program: Program) -> Outcome {
        let context = program.context;
        let mut problems = Vec::new();
        if self.server {
            problems.extend(on_the_server(&context).await?);
        }
        let builder = match context.client_builder() {
            Ok(builder) => builder,
            Err(error) => {
                problems.extend(each(&error));
                // What does not depend on the configuration is checked all the same.
                Client::builder()
            }
        };
        let client = builder.unconnected().await?;
        let mut workers = (program.prepare)(Workers::new(&client));
        if !self.queues.is_empty() {
            workers = workers.queues(self.queues);
        }
        if let Err(error) = workers.check() {
            problems.extend(each(&error));
        }
        if !problems.is_empty() {
            if context.wants_json() {
                context.output().json(&json!({ "ok": false, "problems": problems }))?;
            }
            return Err(Problem::misuse(format!(
                "this program cannot serve:\n  - {}",
                problems.join("\n  - ")
            )));
        }
        let registry = Registry::collect().map_err(Error::from)?;
        let count = |count: usize| Some(count.to_string());
        context.output().show(&json!({ "ok": true, "problems": [] }), || {
            let name = context.config().ok().and_then(|config| config.file());
            let file = name.map_or_else(|| "none".to_owned(), |file| file.display().to_string());
            let text = pairs(&[
                ("queues", count(registry.queues().count())),
                ("workflows", count(registry.workflows().count())),
                ("activities", count(registry.activities().count())),
                ("configuration", Some(file)),
            ]);
            format!("{text}nothing is wrong\n")
        })
    }
}

/// What the program needs and the server does not have. Contradictions in the program are found without
/// the server.
async fn on_the_server(context: &Context) -> Outcome<Vec<String>> {
    let Ok(registry) = Registry::collect() else { return Ok(Vec::new()) };
    let client = context.client().await?;
    let unfit = client.unfit_search_attributes(registry.search_attributes()).await?;
    Ok(unfit.iter().map(ToString::to_string).collect())
}

/// Each problem by itself, in the words of its own.
fn each(error: &Error) -> Vec<String> {
    match error {
        Error::Config(error) => error.problems.iter().map(ToString::to_string).collect(),
        Error::Registry(error) => error.problems.iter().map(ToString::to_string).collect(),
        Error::Worker(WorkerError::Misconfigured { problems }) => {
            problems.iter().map(ToString::to_string).collect()
        }
        other => vec![other.to_string()],
    }
}
