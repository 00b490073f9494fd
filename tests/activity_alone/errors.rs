//! The program's own errors, progress and tokens of an activity that runs by itself.

use durable::activity::StopReason;
use durable::prelude::*;
use durable::testing::ActivityTest;

use super::{Outcome, Progress};

#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum CopyError {
    #[error("the disk is full after {0} blocks")]
    #[failure(non_retryable)]
    DiskFull(u32),
    #[error("a file is gone")]
    Gone,
}

#[activity(queue = "alone")]
async fn copy(how: String) -> Result<u32, ActivityError> {
    use anyhow::Context as _;
    match how.as_str() {
        "full" => Err(CopyError::DiskFull(7)).context("copying")?,
        "gone" => Err(CopyError::Gone)?,
        "other" => Err(std::io::Error::other("unplugged"))?,
        "built" => {
            let failure = ApplicationFailure::builder("no tape").type_name("NoTape").details(3);
            Err(failure.next_retry_delay(Duration::from_secs(2)).build())?
        }
        _ => Ok(7),
    }
}

#[tokio::test]
async fn activity_returns_its_own_error() {
    let run = async |how: &str| ActivityTest::new().run::<copy>((how.to_owned(),)).await;
    let full = run("full").await.unwrap_err();
    assert_eq!(full.downcast(), Some(CopyError::DiskFull(7)));
    let ActivityError::Application(failure) = full else { panic!("{full:?}") };
    assert_eq!(failure.to_string(), "copying");
    assert!(failure.is_non_retryable());
    assert_eq!(run("gone").await.unwrap_err().downcast(), Some(CopyError::Gone));
    assert_eq!(run("other").await.unwrap_err().downcast::<CopyError>(), None);
    assert_eq!(ActivityError::cancelled().downcast::<CopyError>(), None);
}

#[tokio::test]
async fn failure_builder_keeps_every_value() {
    let built = ActivityTest::new().run::<copy>(("built".to_owned(),)).await.unwrap_err();
    let ActivityError::Application(failure) = built else { panic!("{built:?}") };
    assert_eq!(failure.to_string(), "no tape");
    assert_eq!(failure.type_name(), Some("NoTape"));
    assert_eq!(failure.next_retry_delay(), Some(Duration::from_secs(2)));
    assert!(!failure.is_non_retryable());
    // The same where the SDK's type is handed over, and back.
    let own = ApplicationFailure::from(*failure);
    let by_hand = ActivityError::application(own);
    assert!(matches!(by_hand, ActivityError::Application(same) if same.to_string() == "no tape"));
}

/// Goes on where it was, until it is to stop.
#[activity(queue = "alone", heartbeat_timeout = "30s")]
async fn go_on(ctx: ActivityContext) -> Result<String, ActivityError> {
    let done = ctx.progress().unwrap_or(Progress { done: 0 }).done + 1;
    ctx.heartbeat(&Progress { done }).await?;
    let token = ctx.task_token();
    let reason = ctx.stopped().await;
    match reason {
        StopReason::WorkerShutdown => Ok(format!("{done}, {token}, {reason}")),
        other => Err(other.into()),
    }
}

#[tokio::test]
async fn progress_is_typed_and_stop_reasons_differ() -> Outcome {
    let test = ActivityTest::new().attempt(2).heartbeat_details(Progress { done: 4 })?;
    let going = test.start::<go_on>(());
    going.shut_down_worker();
    let token = "74657374";
    assert_eq!(going.await?, format!("5, {token}, the worker of the activity is shutting down"));
    assert_eq!(test.heartbeats::<Progress>()?, [Progress { done: 5 }]);

    let going = ActivityTest::new().heartbeat_details("of another type")?.start::<go_on>(());
    going.cancel();
    let cancelled = going.await;
    assert!(matches!(cancelled, Err(ActivityError::Cancelled { .. })), "{cancelled:?}");

    let late = |info: &mut durable::activity::ActivityInfo| info.deadline = info.started_time;
    let going = ActivityTest::new().info(late).start::<go_on>(());
    going.cancel();
    let Err(ActivityError::Application(failure)) = going.await else { panic!("it goes on") };
    assert_eq!(failure.type_name(), Some("TimedOut"));
    Ok(())
}
