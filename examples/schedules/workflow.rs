//! The backup of a database, as of the time for which it was scheduled.

use durable::prelude::*;
use durable::workflow::SearchAttributeKey;

/// Makes one backup. A recurring schedule starts it; it can be started by hand just as well.
#[workflow(queue = "schedules", id = "backup-{}", run_timeout = "1h")]
#[derive(Default)]
pub struct BackupWorkflow;

#[workflow_methods]
impl BackupWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, database: String) -> WorkflowResult<String> {
        // The server tells a workflow when its schedule wanted it, which may be long ago.
        let scheduled = SearchAttributeKey::datetime("TemporalScheduledStartTime");
        let as_of = ctx.search_attributes().get(&scheduled).unwrap_or_else(|| ctx.now().into());
        Ok(dump_database::execute(ctx, database, as_of.seconds()).await?)
    }
}

/// Writes the backup and returns its name. `as_of` is in seconds since 1970.
#[activity(queue = "schedules", start_to_close_timeout = "30s")]
pub async fn dump_database(database: String, as_of: i64) -> Result<String, ActivityError> {
    Ok(format!("{database}-{as_of}.dump"))
}
