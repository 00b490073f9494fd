//! Thousands of records, a few at a time: a page of them in each run, and what failed is told at the
//! end.

use durable::prelude::*;
use durable::workflow::{ContinueAsNewOptions, join_all_bounded};

/// The number of records in one run. Each record costs some events of the history.
const PAGE: u32 = 25;

/// The work and its progress: the input of the first run and of those that follow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Batch {
    pub name: String,
    pub records: u32,
    /// The number of records that are worked on at the same time.
    pub at_once: usize,
    #[serde(default)]
    pub progress: Progress,
}

/// The progress of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The next record.
    pub next: u32,
    pub converted: u32,
    /// The records that could not be converted, and why. It grows with them, so it should be few.
    pub failed: Vec<(u32, String)>,
    pub runs: u32,
}

/// Converts a record. It may run more than once for one record, so it writes where it wrote before.
#[activity(queue = "batch", start_to_close_timeout = "10s", retry(maximum_attempts = 3))]
pub async fn convert(record: u32) -> Result<(), ActivityError> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    if record % 40 == 13 {
        let reason = format!("record {record} has no date");
        return Err(ApplicationFailure::non_retryable(reason).into());
    }
    Ok(())
}

/// Converts all records of a batch.
#[workflow(queue = "batch", id = "batch-{name}")]
#[derive(Default)]
pub struct BatchConversion {
    progress: Progress,
}

#[workflow_methods]
impl BatchConversion {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, batch: Batch) -> WorkflowResult<Progress> {
        let mut progress = Progress { runs: batch.progress.runs + 1, ..batch.progress.clone() };
        ctx.state_mut(|state| state.progress = progress.clone());

        let page = progress.next..batch.records.min(progress.next + PAGE);
        let calls = page.clone().map(|record| convert::execute(ctx, record));
        let outcomes = join_all_bounded(batch.at_once, calls).await;
        // What is cancelled with the batch has not failed.
        ctx.ensure_not_cancelled()?;
        for (record, outcome) in page.clone().zip(outcomes) {
            match outcome {
                Ok(()) => progress.converted += 1,
                Err(error) => progress.failed.push((record, reason(&error))),
            }
        }
        progress.next = page.end;
        if page.end == batch.records {
            return Ok(progress);
        }
        match ctx.continue_as_new(Batch { progress, ..batch }, ContinueAsNewOptions::default())? {}
    }

    /// Returns the progress at the start of this run.
    #[query]
    fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

/// Returns the reason of an activity's failure, without the words around it.
fn reason(error: &durable::workflow::ActivityExecutionError) -> String {
    error.cause().map_or_else(|| error.to_string(), |cause| cause.failure().message.clone())
}
