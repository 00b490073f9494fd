//! An order whose payment fails at first, and one that can't be paid.

use durable::prelude::*;
use tracing::info;

/// Charges a customer. The bank doesn't answer at once.
#[activity(
    queue = "observability",
    start_to_close_timeout = "10s",
    retry(initial_interval = "50ms", maximum_attempts = 3)
)]
pub async fn charge(ctx: ActivityContext, cents: u32) -> Result<String, ActivityError> {
    let info = ctx.info();
    // The time in the queue: from the schedule of the attempt to its start.
    if let Some((scheduled, started)) = info.current_attempt_scheduled_time.zip(info.started_time) {
        let waited = started.duration_since(scheduled).unwrap_or_default();
        ctx.metrics().histogram("payment_waited").record_duration(waited);
    }
    if cents > 100_000 {
        let refused = ApplicationFailure::builder("the bank refuses the payment");
        return Err(refused.type_name("Refused").non_retryable(true).build().into());
    }
    if ctx.info().attempt < 3 {
        return Err(ApplicationFailure::builder("the bank is busy")
            .type_name("Busy")
            .build()
            .into());
    }
    ctx.metrics().with("currency", "eur").histogram("paid_cents").record(f64::from(cents));
    // The ids of the activity and its workflow are on the line.
    info!("charged");
    Ok("receipt".to_owned())
}

#[workflow(queue = "observability", id = "order-{number}")]
#[derive(Default)]
pub struct Order {
    status: String,
}

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32, cents: u32) -> WorkflowResult<()> {
        // Each line appears once, however often the workflow is replayed.
        info!(number, "the order is accepted");
        // So is a metric counted once. An order's number would be too many labels.
        ctx.metrics().counter("orders_accepted").add(1);
        charge::execute(ctx, cents).await?;
        ctx.state_mut(|state| "paid".clone_into(&mut state.status));
        info!("the order is paid");
        ctx.metrics().counter("orders_paid").add(1);
        Ok(())
    }

    #[query]
    fn status(&self) -> String {
        info!("asked");
        self.status.clone()
    }
}
