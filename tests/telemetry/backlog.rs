//! The backlog of task queues, as the workers export it.

use std::time::Duration;

use durable::prelude::*;
use durable::sdk::temporalio_sdk::runtime::worker_tuner::{
    FixedSizeSlotSupplier, SlotSupplier, TunerHolder,
};
use durable::workflow::join_all;
use durable_tests::{client, eventually, unique};
use tokio::sync::Semaphore;

use crate::process::{scraped, telemetry, value};

/// The activities that may end.
static GATE: Semaphore = Semaphore::const_new(0);

#[activity(queue = "backlog", start_to_close_timeout = "60s")]
async fn pass(waits: bool) -> Result<(), ActivityError> {
    if waits {
        GATE.acquire().await?.forget();
    }
    Ok(())
}

/// Calls activities at once.
#[workflow(queue = "backlog")]
#[derive(Default)]
struct Crowd;

#[workflow_methods]
impl Crowd {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, queue: String, wait: bool) -> WorkflowResult<()> {
        let calls =
            (0..CALLS).map(|_| pass::execute(ctx, wait).task_queue(queue.clone()).into_future());
        for passed in join_all(calls).await {
            passed?;
        }
        Ok(())
    }
}

const CALLS: usize = 6;

/// Waits until the backlog of activities fits.
async fn backlog(queue: &str, fits: impl Fn(f64) -> bool) {
    eventually("such backlog", || async {
        let labels = [("task_queue", queue), ("task_type", "activity")];
        let backlog = value(&scraped().await, "durable_task_queue_backlog", &labels);
        backlog.is_some_and(&fits).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn backlog_appears_when_no_slot_is_free_and_goes() -> durable::Result<()> {
    telemetry();
    let (client, queue) = (client().await, unique("backlog"));
    let name = queue.clone();
    let workers = Workers::new(&client)
        .queues(["backlog"])
        .backlog_interval(Duration::from_secs(1))
        .worker_options(move |options| {
            options.task_queue.clone_from(&name);
            let slots = |count| SlotSupplier::from(FixedSizeSlotSupplier::new(count));
            let tuner = TunerHolder::builder().workflow_task_slot_supplier(slots(5));
            let tuner = tuner.activity_task_slot_supplier(slots(1));
            let tuner = tuner.local_activity_task_slot_supplier(slots(1));
            options.tuner =
                tuner.nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1)).build().into();
        })
        .start()
        .await?;
    backlog(&queue, |backlog| backlog == 0.0).await;
    let crowd = Crowd::start(&client, queue.clone(), true).task_queue(&queue).await?;
    // One runs. The number of the others is approximate.
    backlog(&queue, |backlog| backlog >= 3.0).await;
    let age = [("task_queue", queue.as_str()), ("task_type", "activity")];
    eventually("age", || async {
        let age = value(&scraped().await, "durable_task_queue_backlog_age_seconds", &age);
        age.is_some_and(|age| age > 0.0).then_some(())
    })
    .await;
    GATE.add_permits(CALLS);
    crowd.result().await?;
    backlog(&queue, |backlog| backlog == 0.0).await;
    workers.shutdown().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_for_the_backlog_if_it_is_switched_off() -> durable::Result<()> {
    telemetry();
    let (client, queue) = (client().await, unique("backlog"));
    let name = queue.clone();
    let workers = Workers::new(&client)
        .queues(["backlog"])
        .backlog_interval(Duration::ZERO)
        .worker_options(move |options| options.task_queue.clone_from(&name))
        .start()
        .await?;
    Crowd::execute(&client, queue.clone(), false).task_queue(&queue).await?;
    workers.shutdown().await?;
    let labels = [("task_queue", queue.as_str())];
    assert_eq!(value(&scraped().await, "durable_task_queue_backlog", &labels), None);
    Ok(())
}
