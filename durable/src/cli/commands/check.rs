//! `check`: finds everything that keeps this program from serving, without a server unless it is asked
//! for.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::{line, pairs};
use crate::cli::program::{Prepare, Program};
use crate::client::Client;
use crate::config::ConfigError;
use crate::definition::Registry;
use crate::definition::RegistryError;
use crate::error::Error;
use crate::error::report::one_line;
use crate::worker::WorkerError;
use crate::worker::Workers;

#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// Checks this queue only; may be repeated
    #[arg(long = "queue", short, value_name = "QUEUE")]
    queues: Vec<String>,
    /// Accepts names of workflows, activities and queues in the configuration that this program
    /// doesn't have, because other programs use the same file
    #[arg(long)]
    shared_config: bool,
    /// Also asks the Temporal server for the search attributes that the program declares
    #[arg(long)]
    server: bool,
}

impl Check {
    pub(super) async fn run(self, program: Program) -> Outcome {
        let context = program.context;
        let checked = Checked::new(&context, program.prepare, &self.queues).await?;
        let mut problems = checked.problems;
        if !self.shared_config {
            problems.extend(checked.workers.unknown_names());
        }
        // Without valid settings of the connection, which are problems already, there is no server to ask.
        if self.server && checked.can_connect {
            problems.extend(on_the_server(&context).await?);
        }
        if !problems.is_empty() {
            if context.wants_json() {
                context.output().json(&json!({ "ok": false, "problems": problems }))?;
            }
            return Err(cannot_serve(&problems));
        }
        let registry = Registry::collect().map_err(Error::from)?;
        let count = |count: usize| Some(count.to_string());
        context.output().show(&json!({ "ok": true, "problems": [] }), || {
            let name = context.config().ok().and_then(|config| config.file());
            let file = name.map_or_else(|| "none".to_owned(), |file| file.display().to_string());
            let text = pairs(&[
                ("queues", count(registry.queues().count()).into()),
                ("workflows", count(registry.workflows().count()).into()),
                ("activities", count(registry.activities().count()).into()),
                ("configuration", Some(file).into()),
            ]);
            text.then(&line("no problems found"))
        })
    }
}

/// The workers of a program, and every problem that can be found without a server.
pub(super) struct Checked {
    workers: Workers,
    problems: Vec<String>,
    can_connect: bool,
}

impl Checked {
    /// Checks the configuration, the settings of the connection, and the workers.
    pub(super) async fn new(
        context: &Context,
        prepare: Prepare,
        queues: &[String],
    ) -> Outcome<Self> {
        let mut problems = Vec::new();
        let builder = match context.client_builder() {
            Ok(builder) => {
                problems.extend(builder.check().err().iter().flat_map(each));
                builder
            }
            Err(error) => {
                problems.extend(each(&error));
                // Everything that doesn't depend on the configuration is checked all the same.
                Client::builder()
            }
        };
        let can_connect = problems.is_empty();
        let client = builder.unconnected().await?;
        let mut workers = prepare(Workers::new(&client));
        if !queues.is_empty() {
            workers = workers.queues(queues);
        }
        problems.extend(workers.check().err().iter().flat_map(each));
        Ok(Self { workers, problems, can_connect })
    }

    /// Returns the workers, or an error with every problem.
    pub(super) fn workers(self) -> Outcome<Workers> {
        if self.problems.is_empty() { Ok(self.workers) } else { Err(cannot_serve(&self.problems)) }
    }
}

fn cannot_serve(problems: &[String]) -> Problem {
    Problem::misuse(format!("this program cannot serve:\n  - {}", problems.join("\n  - ")))
}

/// Returns what the program needs and the server doesn't have. Contradictions in the program are found
/// without the server.
async fn on_the_server(context: &Context) -> Outcome<Vec<String>> {
    let Ok(registry) = Registry::collect() else { return Ok(Vec::new()) };
    let client = context.client().await?;
    let unfit = client.mismatched_search_attributes(registry.search_attributes()).await?;
    Ok(unfit.iter().map(ToString::to_string).collect())
}

/// Returns each problem by itself.
fn each(error: &Error) -> Vec<String> {
    if let Some(ConfigError { problems, .. }) = error.downcast_ref() {
        problems.iter().map(ToString::to_string).collect()
    } else if let Some(RegistryError { problems, .. }) = error.downcast_ref() {
        problems.iter().map(ToString::to_string).collect()
    } else if let Some(WorkerError::Misconfigured { problems }) = error.downcast_ref() {
        problems.iter().map(ToString::to_string).collect()
    } else {
        vec![one_line(error)]
    }
}
