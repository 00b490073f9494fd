//! The replay of recorded histories with the workflows that are linked into this program.
//!
//! A workflow may run for months, while its code is changed. The new code must still do what the
//! history says. [`replay_dir`] checks that in a test, before the code is deployed.

mod difference;
mod engine;
mod event;
mod failure;
mod files;
mod history;
mod json;
mod report;
mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::WorkflowHistory;
use temporalio_common::data_converters::DataConverter;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptor;
use temporalio_sdk::workflow_replayer::WorkflowReplayerOptions;

pub use files::record;
pub(crate) use history::Recorded;
pub use report::{Replayed, ReplayedHistory};
pub(crate) use settings::{Adjust, ReplaySettings};

use self::failure::Failures;
use self::history::Checked;
use crate::definition::Registry;
use crate::definition::debug;
use crate::definition::guarded_interceptor::guarded;
use crate::error::{Error, Result};
use crate::testing::error::{ReplayError, ReplayProblem};

/// Replays every history below a folder: every `*.json` file that `temporal workflow show --output
/// json` or [`record`] has written.
///
/// A relative path is relative to the package of the running test. Histories of workflows that have
/// ended, are still running, were terminated or timed out can be replayed. They are replayed up to
/// the last workflow task that was completed.
///
/// Temporal's SDK compares the commands of the code with those of the history, in their order: their
/// kinds, and the types and ids of activities, local activities and children. In histories of
/// workers that are not built on Temporal's Core SDK, which are those in Go, Java and PHP, it compares
/// types and ids in the last workflow task only. It compares no inputs, options and lengths of timers.
/// And it does not report commands that the code has in addition after the last recorded command of
/// a workflow that has not ended.
///
/// ```no_run
/// # async fn test() -> durable::Result<()> {
/// let replayed = durable::testing::replay_dir("tests/histories").await?;
/// println!("{replayed}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ReplayError`] with every problem of every file: the folder is missing or empty, a file is not a
/// history, its workflow is not linked into this program, or its workflow does not replay.
pub async fn replay_dir(path: impl AsRef<Path>) -> Result<Replayed> {
    Replayer::new().dir(path).run().await
}

/// A replay of histories in folders, in single files or from a server, with settings.
///
/// The defaults are those of [`replay_dir`].
///
/// ```no_run
/// # async fn test(codec: durable::client::DataConverter) -> durable::Result<()> {
/// use durable::testing::Replayer;
///
/// Replayer::new().data_converter(codec).dir("tests/histories").run().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "histories are replayed only when `run` is called"]
pub struct Replayer {
    settings: ReplaySettings,
    sources: Vec<Source>,
}

debug!([] Replayer[]:);

enum Source {
    Dir(PathBuf),
    File(PathBuf),
    History(WorkflowHistory),
}

impl Replayer {
    /// Returns a replay without any histories.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a replay with the data converter and the codecs of a client.
    #[cfg(feature = "cli")]
    pub(crate) fn like(client: &crate::client::ClientBuilder) -> Self {
        let mut replayer = Self::new();
        if let Some(converter) = client.given_data_converter() {
            replayer = replayer.data_converter(converter.clone());
        }
        #[cfg(feature = "encryption")]
        {
            replayer.settings.codecs = client.settings.effective().codecs;
        }
        replayer
    }

    /// Replays every `*.json` file below a folder.
    pub fn dir(mut self, path: impl AsRef<Path>) -> Self {
        self.sources.push(Source::Dir(files::of_the_package(path.as_ref())));
        self
    }

    /// Replays one file.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        self.sources.push(Source::File(files::of_the_package(path.as_ref())));
        self
    }

    /// Replays a history, such as one that was fetched with a
    /// [handle](crate::client::WorkflowHandle::history).
    pub fn history(mut self, history: WorkflowHistory) -> Self {
        self.sources.push(Source::History(history));
        self
    }

    /// Sets the converter between payloads and values, which must be that of the clients and workers
    /// that ran the workflows; the default is JSON.
    pub fn data_converter(mut self, converter: DataConverter) -> Self {
        self.settings.data_converter = converter;
        self
    }

    /// Sets the codecs of the clients and workers that ran the workflows, such as an
    /// [`Encryption`](crate::codec::Encryption).
    #[cfg(feature = "encryption")]
    pub fn codec(mut self, codecs: impl Into<crate::codec::Codecs>) -> Self {
        self.settings.codecs.own = Some(codecs.into());
        self
    }

    /// Uses a configuration: the namespace, and the keys of the encryption.
    #[cfg(feature = "config")]
    pub fn config(mut self, config: &crate::config::Config) -> Self {
        config.namespace().clone_into(&mut self.settings.namespace);
        #[cfg(feature = "encryption")]
        {
            self.settings.codecs = config.codecs();
        }
        self
    }

    /// Adjusts the SDK's options as
    /// [`Workers::worker_options`](crate::Workers::worker_options) does, with the same closure.
    ///
    /// Of the options that it sets, a replay uses `detect_nondeterministic_futures`. Workflow
    /// interceptors cannot be read out of the SDK's options: add them with
    /// [`workflow_interceptor`](Self::workflow_interceptor). `workflow_failure_errors` are ignored on
    /// purpose, because they make a difference look like a failure of the workflow.
    pub fn worker_options(
        mut self,
        adjust: impl Fn(&mut WorkerOptions) + Send + Sync + 'static,
    ) -> Self {
        self.settings.adjust = Some(Arc::new(adjust));
        self
    }

    /// Adds a workflow interceptor, inside those that were added before. The replay needs those of the
    /// workers, in the same order.
    pub fn workflow_interceptor<I: WorkflowInterceptor>(
        mut self,
        constructor: impl Fn(&WorkflowContextView) -> I + Send + Sync + 'static,
    ) -> Self {
        self.settings.interceptors.push(guarded(constructor));
        self
    }

    /// Sets the namespace that workflow code sees; the default is `default`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.settings.namespace = namespace.into();
        self
    }

    /// Replays with the workflows of this queue of the program, instead of the queue that a history was
    /// recorded on. Use it for code that has moved, or that replaces other code.
    pub fn task_queue(mut self, queue: impl Into<String>) -> Self {
        self.settings.task_queue = Some(queue.into());
        self
    }

    /// Sets the longest time that the replay of one history may take; the default is 30 seconds.
    ///
    /// Code that takes longer is reported. If it never yields, its thread goes on in the background.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Replays the histories, and returns a list of them.
    ///
    /// # Errors
    /// - [`ReplayError`] with every problem of every history, also if there are no histories.
    /// - [`RegistryError`](crate::definition::RegistryError): the annotations of this program contradict each other.
    pub async fn run(self) -> Result<Replayed> {
        let mut problems = Vec::new();
        let mut recorded = Vec::new();
        if self.sources.is_empty() {
            problems.push(ReplayProblem::InvalidHistory {
                history: "Replayer".to_owned(),
                reason: "no folder, file or history to replay; add one".to_owned(),
            });
        }
        for source in self.sources {
            source.read(&mut recorded, &mut problems).await;
        }
        let replayed = Replayed::of(&recorded);
        problems.extend(replay(recorded, &self.settings).await?);
        if problems.is_empty() { Ok(replayed) } else { Err(ReplayError { problems }.into()) }
    }
}

impl Source {
    async fn read(self, recorded: &mut Vec<Recorded>, problems: &mut Vec<ReplayProblem>) {
        let paths = match self {
            Self::Dir(path) => files::list(&path),
            Self::File(path) => Ok(vec![path]),
            Self::History(history) => {
                match Recorded::fetch(history).await {
                    Ok(history) => recorded.push(history),
                    Err(problem) => problems.push(problem),
                }
                return;
            }
        };
        match paths {
            Ok(paths) => {
                for path in paths {
                    match files::read(&path) {
                        Ok(history) => recorded.push(history),
                        Err(problem) => problems.push(problem),
                    }
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
}

/// Replays histories with the linked workflows, and returns every problem of each.
///
/// # Errors
/// [`RegistryError`](crate::definition::RegistryError): the annotations of this program contradict each other.
pub(crate) async fn replay(
    histories: Vec<Recorded>,
    settings: &ReplaySettings,
) -> Result<Vec<ReplayProblem>, Error> {
    let mut registry = Registry::collect()?;
    if settings.with_declared {
        registry.serve_declared();
    }
    let mut problems = Vec::new();
    // Each task queue has its own replayer, so that the code sees the queue that it ran on.
    let mut queues = BTreeMap::<_, Vec<Checked>>::new();
    for history in histories {
        let asked = settings.task_queue.as_deref();
        let placed =
            Checked::new(history).and_then(|it| Ok((it.find_queue(&registry, asked)?, it)));
        match placed {
            Ok((queue, history)) if history.is_replayable() => {
                queues.entry((queue, history.queue.clone())).or_default().push(history);
            }
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
    }
    for ((name, recorded_queue), histories) in queues {
        let failures = Failures::default();
        let queue = registry.queue(name);
        let options = queue.map(|queue| settings.options(queue, &recorded_queue, &failures));
        if let Some(options) = options.transpose()? {
            let replayed = replay_queue(&options, &histories, settings.timeout, &failures);
            problems.extend(replayed.await);
        }
    }
    Ok(problems)
}

/// Replays the histories of one queue.
///
/// All of them are first given to one replayer, which is several times faster than one for each. If it
/// finds a problem, each history is replayed by itself, so that every problem is assigned to its
/// history.
async fn replay_queue(
    options: &WorkflowReplayerOptions,
    histories: &[Checked],
    timeout: Duration,
    failures: &Failures,
) -> Vec<ReplayProblem> {
    if histories.len() > 1 {
        let events = histories.iter().map(|history| history.events.clone()).collect();
        let outcomes = engine::replay(options.clone(), events, timeout).await;
        if outcomes.is_ok_and(|outcomes| outcomes.iter().all(Option::is_none)) {
            return Vec::new();
        }
    }
    let mut problems = Vec::new();
    for history in histories {
        let events = vec![history.events.clone()];
        match engine::replay(options.clone(), events, timeout).await {
            Ok(outcomes) => {
                let own = failures.of(&history.workflow.run_id);
                let outcomes = outcomes.iter().flatten();
                problems.extend(outcomes.map(|outcome| history.problem(outcome, own.as_deref())));
            }
            Err(error) => problems.push(history.engine_problem(&error)),
        }
    }
    problems
}
