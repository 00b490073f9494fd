//! An activity that takes long: its heartbeats say how far it is, and an attempt after a crash goes
//! on from there.

use std::sync::{Mutex, PoisonError};

use durable::prelude::*;

/// How far an import is; what its heartbeats carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub rows: u32,
}

/// The table into which rows are imported.
#[derive(Default)]
pub struct Table(Mutex<Vec<u32>>);

impl Table {
    /// Writes a row, which takes a moment.
    pub async fn insert(&self, row: u32) {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// The rows that were written, in their order.
    pub fn rows(&self) -> Vec<u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Imports rows, and returns how many this attempt wrote.
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
