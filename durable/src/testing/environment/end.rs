//! The end of a test: what still runs is terminated, the workers are stopped, and what ran is
//! replayed.

use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join_all};

use super::{Inner, namespace};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::testing::error::TestingError;
use crate::testing::replay::{Recorded, replay};

/// The report of an environment that was finished without a problem.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Finished {
    /// The ids of the workflows that were still running, and have been terminated.
    pub terminated: Vec<String>,
    /// The number of histories that were replayed.
    pub replayed: usize,
    /// The number of runs of each workflow type that ended in each way.
    pub(super) ends: Ends,
    /// The number of steps that the workers took.
    pub(super) steps: u64,
}

/// Numbers of runs, by workflow type and by the type of the run's last event.
pub(super) type Ends = BTreeMap<(String, &'static str), usize>;

/// Ends an environment.
pub(super) async fn finish(inner: &Inner) -> Result<Finished> {
    let mut finished = Finished { steps: *inner.shared.watch.steps().borrow(), ..<_>::default() };
    let ids: Vec<_> = inner.time.workflow_ids().into_iter().collect();
    let terminated = join_all(ids.iter().map(|id| terminate(&inner.client, id))).await;
    for (id, terminated) in ids.into_iter().zip(terminated) {
        if terminated? {
            finished.terminated.push(id);
        }
    }
    let histories = histories(inner, &mut finished.ends).await?;
    if let Some(workers) = inner.workers.lock().await.take() {
        workers.stop().await;
    }
    let mut problems = inner.shared.mocks.missed();
    if let Some(settings) = &inner.replay {
        finished.replayed = histories.len();
        let differences = replay(histories, settings).await?;
        problems.extend(differences.iter().map(ToString::to_string));
    }
    if !inner.server.own {
        namespace::delete(&inner.client).await;
    }
    if problems.is_empty() { Ok(finished) } else { Err(TestingError::AtEnd { problems }.into()) }
}

/// Terminates a workflow, and returns whether it was running.
async fn terminate(client: &Client, workflow_id: &str) -> Result<bool> {
    match client.workflow(workflow_id).terminate("the test has ended").await {
        Ok(()) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns the history of every run of the linked code.
async fn histories(inner: &Inner, ends: &mut Ends) -> Result<Vec<Recorded>> {
    let runs = inner.shared.watch.runs();
    let real = runs.into_iter().filter(|(_, run)| !run.mocked);
    let fetched = try_join_all(real.map(|(run_id, run)| async move {
        let run_handle = inner.client.workflow(&run.workflow_id).with_run_id(run_id);
        let events = run_handle.events().await?;
        let name = "replayed at the end of the test".to_owned();
        Ok::<_, Error>((
            run.workflow_type,
            Recorded { name, workflow_id: Some(run.workflow_id), events },
        ))
    }));
    let fetched = fetched.await?;
    Ok(fetched
        .into_iter()
        .map(|(workflow_type, recorded)| {
            let end = recorded.events.last().map_or("", |event| event.event_type().as_str_name());
            *ends.entry((workflow_type, end)).or_default() += 1;
            recorded
        })
        .collect())
}
