//! A long activity that reports its progress with heartbeats, and continues there after a crash.

use std::sync::{Mutex, PoisonError};

use durable::prelude::*;

/// The progress of an import, which its heartbeats carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub rows: u32,
}

/// The table into which rows are imported.
#[derive(Default)]
pub struct Table(Mutex<Vec<u32>>);

impl Table {
    /// Writes a row, slowly.
    pub async fn insert(&self, row: u32) {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// Returns the rows that were written, in order.
    pub fn rows(&self) -> Vec<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Imports rows, and returns the number that this attempt wrote.
#[activity(
    queue = "imports",
    start_to_close_timeout = "2h",
    heartbeat_timeout = "30s",
    schedule_to_close_timeout = "24h"
)]
pub async fn import_rows(
    ctx: ActivityContext,
    table: State<Table>,
    rows: u32,
) -> Result<u32, ActivityError> {
    let before = ctx.heartbeat_details().deserialize::<Progress>()?;
    let first = before.map_or(0, |progress| progress.rows);
    for row in first..rows {
        tokio::select! {
            () = ctx.cancelled() => return Err(ActivityError::cancelled()),
            () = table.insert(row) => {}
        }
        ctx.record_heartbeat(Progress { rows: row + 1 }).await?;
    }
    Ok(rows - first)
}

/// Imports a table.
#[workflow(queue = "imports")]
#[derive(Default)]
pub struct Import;

#[workflow_methods]
impl Import {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, rows: u32) -> WorkflowResult<u32> {
        Ok(import_rows::execute(ctx, rows).await?)
    }
}
