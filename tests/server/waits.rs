//! Waits that race, and work that is started before it is waited for.

use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::workflow::select;
use durable_tests::unique;

use crate::children::{Deliver, Fate, Parcel};
use crate::client;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

#[workflow(queue = "waits")]
#[derive(Default)]
struct Race;

#[workflow_methods]
impl Race {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        let mut won = Vec::new();
        // Written in its place.
        select! {
            slept = ctx.sleep(SHORT) => { slept?; won.push("sleep".to_owned()) }
            held = ctx.wait_condition_timeout(|_| false, LONG) => { held?; won.push("condition".to_owned()) }
            _ = ctx.cancelled() => won.push("cancellation".to_owned()),
        }
        // Kept in a variable, for more than one race.
        let mut night = ctx.sleep(LONG);
        let mut cancelled = ctx.cancelled();
        for _ in 0..2 {
            let mut held = ctx.wait_condition_timeout(|_| false, SHORT);
            select! {
                slept = night => { slept?; won.push("night".to_owned()) }
                _ = cancelled => won.push("cancellation".to_owned()),
                held = held => won.push(format!("condition {}", held?)),
            }
        }
        Ok(won)
    }
}

#[tokio::test]
async fn a_sleep_stands_in_select_in_its_place_and_in_a_variable() -> durable::Result<()> {
    let race = Race::start(&client().await).await?;
    let won = race.result_within(Duration::from_secs(20)).await?;
    assert_eq!(won, ["sleep", "condition false", "condition false"]);
    durable::testing::Replayer::new().history(race.history()).run().await?;
    Ok(())
}

/// Starts children without waiting, goes on, and asks for what came of them later.
#[workflow(queue = "waits")]
#[derive(Default)]
struct StartsAtOnce;

#[workflow_methods]
impl StartsAtOnce {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: String) -> WorkflowResult<Vec<String>> {
        let parcel = |place, fate| Parcel { number: format!("{number}-{place}"), fate };
        let output = Deliver::execute_child(ctx, parcel("output", Fate::Deliver)).start();
        let handle = Deliver::start_child(ctx, parcel("handle", Fate::Wait)).start();
        let cancelled = Deliver::execute_child(ctx, parcel("cancelled", Fate::Wait)).start();
        ctx.sleep(Duration::from_millis(10)).await?;
        let handle = handle.await?;
        handle.hand_over("Ann".to_owned(), false).await?;
        cancelled.cancel("too late");
        let error = cancelled.await.expect_err("it was cancelled");
        Ok(vec![output.await?, handle.result().await?, error.is_cancelled().to_string()])
    }
}

#[tokio::test]
async fn a_child_can_be_started_at_once_and_awaited_later() -> durable::Result<()> {
    let number = unique("at-once");
    let parent = StartsAtOnce::start(&client().await, number.clone()).await?;
    let results = parent.result_within(Duration::from_secs(20)).await?;
    assert_eq!(
        results,
        [
            format!("{number}-output from parcels"),
            format!("{number}-handle to Ann, hurried 0 times"),
            "true".to_owned()
        ]
    );
    let events = durable_tests::events(&parent).await;
    let places = |event_type| {
        let is = move |event: &&_| HistoryEvent::event_type(event) == event_type;
        events.iter().filter(is).map(|event| event.event_id).collect::<Vec<_>>()
    };
    let initiated = places(EventType::StartChildWorkflowExecutionInitiated);
    assert_eq!(initiated.len(), 3);
    let timer = places(EventType::TimerStarted)[0];
    assert!(initiated.iter().all(|initiated| *initiated < timer), "{initiated:?}, {timer}");
    Ok(())
}
