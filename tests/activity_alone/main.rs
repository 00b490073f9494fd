//! Activities by themselves: no server and no worker, only `durable::testing::ActivityTest`.

#![allow(clippy::many_single_char_names, reason = "six inputs of no meaning")]

mod errors;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use durable::activity::ActivityInfo;
use durable::prelude::*;
use durable::sdk::temporalio_common::RetryPolicy;
use durable::sdk::temporalio_sdk::activities::ActivityContext as SdkContext;
use durable::testing::{ActivityTest, HeartbeatError};
use futures_util::FutureExt as _;

/// A test ends with whatever error it met.
type Outcome = Result<(), ActivityError>;

/// The details of the heartbeats of these activities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Progress {
    done: u32,
}

#[activity(queue = "alone")]
async fn nothing() {}

#[activity(queue = "alone")]
async fn six(a: u8, b: String, c: Option<u32>, d: (i8, bool), e: Vec<u8>, f: char) -> String {
    format!("{a} {b} {c:?} {d:?} {e:?} {f}")
}

#[tokio::test]
async fn runs_activity_with_its_own_inputs() -> Outcome {
    let test = ActivityTest::new();
    test.run::<nothing>(()).await?;
    let six = test.run::<six>((1, "two".to_owned(), None, (-4, true), vec![5], '6')).await?;
    assert_eq!(six, "1 two None (-4, true) [5] 6");
    Ok(())
}

#[derive(Default)]
struct Ledger(Mutex<Vec<String>>);

trait Voice: Send + Sync {
    fn say(&self, text: &str) -> String;
}

struct Shouting(AtomicU32);

impl Voice for Shouting {
    fn say(&self, text: &str) -> String {
        self.0.fetch_add(1, Ordering::Relaxed);
        text.to_uppercase()
    }
}

#[activity(queue = "alone")]
async fn announce(
    State(ledger): State<Ledger>,
    ctx: ActivityContext,
    voice: State<dyn Voice>,
    text: String,
) -> Result<usize, ActivityError> {
    let mut lines = ledger.0.lock().expect("no test panics while it holds the ledger");
    lines.push(format!("{} {}", ctx.info().activity_type, voice.say(&text)));
    Ok(lines.len())
}

#[tokio::test]
async fn provides_the_same_state_to_every_run() -> Outcome {
    let voice = Arc::new(Shouting(AtomicU32::new(0)));
    let spoken = Arc::clone(&voice);
    let test = ActivityTest::new().state(Ledger::default()).shared_state(voice as Arc<dyn Voice>);
    assert_eq!(test.run::<announce>(("one".to_owned(),)).await?, 1);
    assert_eq!(test.run::<announce>(("two".to_owned(),)).await?, 2);
    assert_eq!(spoken.0.load(Ordering::Relaxed), 2);

    let ledger = Arc::new(Ledger::default());
    let test = test.shared_state(Arc::clone(&ledger));
    assert_eq!(test.run::<announce>(("three".to_owned(),)).await?, 1);
    assert_eq!(*ledger.0.lock().expect("it ended"), ["announce THREE"]);
    Ok(())
}

#[tokio::test]
async fn error_names_missing_state() {
    let test = ActivityTest::new().state(Ledger::default());
    let error = test.run::<announce>(("one".to_owned(),)).await.expect_err("there is no voice");
    let ActivityError::Application(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.type_name(), Some("MissingState"));
    assert!(failure.is_non_retryable());
    let message = failure.to_string();
    assert!(message.contains("State<dyn activity_alone::Voice>"), "{message}");
    assert!(message.contains(".state(..)"), "{message}");
}

/// Counts to a number, and goes on from what the attempt before it recorded.
#[activity(queue = "alone", heartbeat_timeout = "9s")]
async fn count(ctx: ActivityContext, to: u32) -> Result<u32, ActivityError> {
    let before = ctx.heartbeat_details().deserialize::<Progress>()?;
    let first = before.map_or(1, |progress| progress.done + 1);
    for done in first..=to {
        ctx.record_heartbeat(Progress { done }).await?;
        tokio::task::yield_now().await;
    }
    Ok(to + 1 - first)
}

#[tokio::test]
async fn observes_typed_heartbeats() -> Outcome {
    let test = ActivityTest::new();
    assert_eq!(test.heartbeats::<Progress>()?, []);
    assert_eq!(test.run::<count>((2,)).await?, 2);
    assert_eq!(test.heartbeats::<Progress>()?, [Progress { done: 1 }, Progress { done: 2 }]);

    let error = test.heartbeats::<u32>().expect_err("they are no numbers");
    let message = error.to_string();
    assert!(message.contains("heartbeat 1 was recorded as"), "{message}");
    assert!(message.contains("activity_alone::Progress`"), "{message}");
    assert!(message.contains("`u32`"), "{message}");
    Ok(())
}

#[tokio::test]
async fn attempt_reads_details_of_the_previous_one() -> Outcome {
    let test = ActivityTest::new();
    test.run::<count>((2,)).await?;
    let last = test.heartbeats::<Progress>()?.pop().expect("it recorded two");

    let test = test.attempt(2).heartbeat_details(last)?;
    assert_eq!(test.run::<count>((5,)).await?, 3);
    // Only those of the last run.
    let done: Vec<_> =
        test.heartbeats::<Progress>()?.iter().map(|progress| progress.done).collect();
    assert_eq!(done, [3, 4, 5]);
    Ok(())
}

#[tokio::test]
async fn activity_gets_error_for_undecodable_details() -> Outcome {
    let test = ActivityTest::new().heartbeat_details("half way")?;
    let error = test.run::<count>((5,)).await.expect_err("that is no progress");
    assert!(format!("{error:?}").contains("expected struct Progress"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn waits_for_heartbeats_of_running_activity() -> Outcome {
    let test = ActivityTest::new();
    let mut running = test.start::<count>((2,));
    assert_eq!(running.next_heartbeat::<Progress>().await?.done, 1);
    assert_eq!(test.heartbeats::<Progress>()?.len(), 1);
    assert_eq!(running.next_heartbeat::<Progress>().await?.done, 2);
    let error = running.next_heartbeat::<Progress>().await.expect_err("there are two");
    assert!(matches!(error, HeartbeatError::Ended { number: 3 }), "{error:?}");
    assert_eq!(running.await?, 2);
    Ok(())
}

#[activity(queue = "alone")]
async fn by_the_sdk(ctx: ActivityContext) -> Result<(), ActivityError> {
    async fn helper(ctx: &SdkContext) -> Result<(), ActivityError> {
        Ok(ctx.record_heartbeat(1).await?)
    }
    helper(&ctx).await
}

#[tokio::test]
async fn heartbeat_through_the_sdk_context_is_an_error() -> Outcome {
    let test = ActivityTest::new();
    test.run::<by_the_sdk>(()).await?;
    let error = test.heartbeats::<i32>().expect_err("the SDK keeps it to itself");
    assert!(matches!(error, HeartbeatError::Unreadable { number: 1 }), "{error:?}");
    Ok(())
}

/// A value that refuses to travel.
struct Unserializable;

impl Serialize for Unserializable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("never"))
    }
}

#[activity(queue = "alone")]
async fn unserializable(ctx: ActivityContext) -> Result<(), ActivityError> {
    Ok(ctx.record_heartbeat(Unserializable).await?)
}

#[tokio::test]
async fn unserializable_heartbeat_fails_as_in_a_worker() {
    let error = ActivityTest::new().run::<unserializable>(()).await.expect_err("it refuses");
    assert!(format!("{error:?}").contains("never"), "{error:?}");
    assert!(ActivityTest::new().heartbeat_details(Unserializable).is_err());
}

/// Waits, and tells what ended the waiting.
#[activity(queue = "alone")]
async fn patient(ctx: ActivityContext) -> Result<String, ActivityError> {
    ctx.record_heartbeat(()).await?;
    let ended = tokio::select! {
        () = ctx.worker_shutdown() => "worker shutdown",
        () = ctx.cancelled() => "cancellation",
    };
    let (cancelled, stopping) = (ctx.is_cancelled(), ctx.worker_is_shutting_down());
    Ok(format!("{ended}; cancelled {cancelled}, shutting down {stopping}"))
}

#[tokio::test]
async fn distinguishes_cancellation_from_worker_shutdown() -> Outcome {
    let test = ActivityTest::new();
    let mut running = test.start::<patient>(());
    running.next_heartbeat::<()>().await?;
    running.cancel();
    assert_eq!(running.await?, "cancellation; cancelled true, shutting down false");

    // The next run knows nothing of it.
    let mut running = test.start::<patient>(());
    running.next_heartbeat::<()>().await?;
    running.shut_down_worker();
    assert_eq!(running.await?, "worker shutdown; cancelled false, shutting down true");

    // What comes before the activity looks is seen as well.
    let running = test.start::<patient>(());
    running.shut_down_worker();
    running.await?;
    Ok(())
}

/// Blocks its thread until it is cancelled.
#[activity(queue = "alone")]
fn blocking(ctx: ActivityContext, State(ledger): State<Ledger>, line: String) -> u32 {
    ledger.0.lock().expect("nobody panics with it").push(line);
    while !ctx.is_cancelled() {
        std::thread::sleep(Duration::from_millis(1));
    }
    ctx.info().attempt
}

#[tokio::test]
async fn blocking_activity_runs_on_another_thread() -> Outcome {
    let ledger = Arc::new(Ledger::default());
    let test = ActivityTest::new().shared_state(Arc::clone(&ledger)).attempt(4);
    let running = test.start::<blocking>(("begun".to_owned(),));
    while ledger.0.lock().expect("nobody panics with it").is_empty() {
        tokio::task::yield_now().await;
    }
    running.cancel();
    assert_eq!(running.await?, 4);
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    text: String,
    deadline_in: Option<Duration>,
}

#[activity(
    queue = "alone",
    name = "telling",
    start_to_close_timeout = "45s",
    heartbeat_timeout = "9s",
    retry(maximum_attempts = 3)
)]
async fn tell(ctx: ActivityContext) -> Told {
    let ActivityInfo { activity_type, task_queue, attempt, workflow_id, .. } = ctx.info();
    let ActivityInfo { heartbeat_timeout, retry_policy, deadline, started_time, .. } = ctx.info();
    let attempts = retry_policy.as_ref().map(RetryPolicy::maximum_attempts);
    let text = format!(
        "{activity_type} on {task_queue} for {workflow_id:?}, attempt {attempt} of {attempts:?}, \
         {heartbeat_timeout:?}"
    );
    let deadline_in =
        deadline.zip(*started_time).and_then(|(end, start)| end.duration_since(start).ok());
    Told { text, deadline_in }
}

#[tokio::test]
async fn context_has_values_of_annotation_and_test() -> Outcome {
    let told = ActivityTest::new().run::<tell>(()).await?;
    let expected = r#"telling on alone for Some("test"), attempt 1 of Some(3), Some(9s)"#;
    assert_eq!(told.text, expected);
    assert_eq!(told.deadline_in, Some(Duration::from_secs(45)));

    let test = ActivityTest::new()
        .attempt(2)
        .workflow_id("order-7")
        .heartbeat_timeout(Duration::from_secs(1))
        .info(|info| info.task_queue = "elsewhere".to_owned());
    let told = test.run::<tell>(()).await?;
    let expected = r#"telling on elsewhere for Some("order-7"), attempt 2 of Some(3), Some(1s)"#;
    assert_eq!(told.text, expected);
    Ok(())
}

#[activity(queue = "alone")]
async fn panicking(message: String) -> u32 {
    panic!("{message}")
}

#[activity(queue = "alone")]
fn panicking_and_blocking(message: String) -> u32 {
    panic!("{message}")
}

#[tokio::test]
async fn activity_panic_fails_the_test() {
    let test = ActivityTest::new();
    let ended = AssertUnwindSafe(test.run::<panicking>(("mine".to_owned(),))).catch_unwind().await;
    assert_eq!(*ended.expect_err("it panicked").downcast::<String>().expect("a message"), "mine");
    let input = ("also mine".to_owned(),);
    let ended = AssertUnwindSafe(test.run::<panicking_and_blocking>(input)).catch_unwind().await;
    assert_eq!(
        *ended.expect_err("it panicked").downcast::<String>().expect("a message"),
        "also mine"
    );
}

/// Says when it is dropped.
struct Guard(Arc<Ledger>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.lock().expect("nobody panics with it").push("dropped".to_owned());
    }
}

#[activity(queue = "alone")]
async fn guarded(ctx: ActivityContext, State(ledger): State<Ledger>) -> Result<(), ActivityError> {
    let _guard = Guard(ledger);
    ctx.record_heartbeat(()).await?;
    std::future::pending().await
}

#[tokio::test]
async fn dropped_run_is_aborted() -> Outcome {
    let ledger = Arc::new(Ledger::default());
    let test = ActivityTest::new().shared_state(Arc::clone(&ledger));
    let mut running = test.start::<guarded>(());
    running.next_heartbeat::<()>().await?;
    drop(running);
    while ledger.0.lock().expect("nobody panics with it").is_empty() {
        tokio::task::yield_now().await;
    }
    Ok(())
}
