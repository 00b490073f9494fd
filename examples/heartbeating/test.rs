//! The example as a user runs it, and the activity by itself.

mod workflow;

use durable::activity::{ActivityError, StopReason};
use durable::testing::ActivityTest;

use workflow::{Progress, copy};

#[test]
fn another_worker_goes_on_where_the_first_one_was() {
    let text = crate::printed("heartbeating");
    let line = text.lines().find(|line| line.starts_with("attempt 2 copied "));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    let copied = line.split(' ').nth(3).and_then(|copied| copied.parse::<u32>().ok());
    assert!(copied.is_some_and(|copied| (1..100).contains(&copied)), "{line}");
}

#[tokio::test]
async fn it_goes_on_from_the_last_heartbeat() -> Result<(), ActivityError> {
    let test = ActivityTest::new().attempt(2).heartbeat_details(Progress { copied: 8 })?;
    let copied = test.run::<copy>((10,)).await?;
    assert_eq!(copied, "attempt 2 copied 2 of 10 blocks");
    assert_eq!(test.heartbeats::<Progress>()?, [Progress { copied: 9 }, Progress { copied: 10 }]);
    Ok(())
}

#[tokio::test]
async fn it_tells_why_it_stopped() -> Result<(), ActivityError> {
    let mut copying = ActivityTest::new().start::<copy>((1_000,));
    let Progress { copied } = copying.next_heartbeat().await?;
    assert_eq!(copied, 1);
    copying.shut_down_worker();
    let Err(ActivityError::Application(failure)) = copying.await else { panic!("it goes on") };
    assert_eq!(failure.type_name(), Some("WorkerShutdown"));
    assert_eq!(failure.to_string(), StopReason::WorkerShutdown.to_string());

    let copying = ActivityTest::new().start::<copy>((1_000,));
    copying.cancel();
    assert!(matches!(copying.await, Err(ActivityError::Cancelled { .. })));
    Ok(())
}
