//! The example as a user runs it, and each way of polling over hours, of which no time is spent.

mod workflow;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use durable::Result;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::TestEnv;

use workflow::{AwaitJob, NotReady, PollRarely, ask, look};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn all_three_ways_come_to_the_end() {
    let text = crate::printed("polling");
    for line in ["often is ready\n", "rarely is ready\n", "periodically is ready\n"] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
}

#[durable::test]
async fn each_attempt_asks_once_a_minute_apart(env: TestEnv) -> Result<()> {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let looks = env.mock::<ask>().with(move |job| {
        let before = count.fetch_add(1, Ordering::Relaxed);
        async move { if before < 30 { Err(NotReady)? } else { Ok(job) } }
    });

    let polling = PollRarely::start(env.client(), ("job".to_owned(), MINUTE)).await?;
    assert_eq!(polling.result().await?, "job");

    assert_eq!(looks.count(), 31);
    let events = polling.history().into_events().await.expect("it can be fetched");
    let times: Vec<_> = events.iter().filter_map(|event| event.event_time).collect();
    let (first, last) = (times.first(), times.last());
    let took = last.zip(first).map(|(last, first)| last.seconds - first.seconds);
    assert!(took.is_some_and(|took| (1_800..1_900).contains(&took)), "{took:?}");
    let scheduled =
        events.iter().filter(|event| event.event_type() == EventType::ActivityTaskScheduled);
    assert_eq!(scheduled.count(), 1, "all attempts are one activity");
    Ok(())
}

#[durable::test]
async fn a_sequence_of_runs_waits_for_days(env: TestEnv) -> Result<()> {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let looks = env.mock::<look>().with(move |job| {
        let before = count.fetch_add(1, Ordering::Relaxed);
        async move { Ok((before == 7).then_some(job)) }
    });

    let polling = AwaitJob::start(env.client(), ("job".to_owned(), 60 * MINUTE)).await?;
    assert_eq!(polling.result().await?, "job");

    assert_eq!(looks.count(), 8, "in three runs");
    Ok(())
}
