//! Time.

use std::time::Instant;

use durable::prelude::*;
use durable::testing::{TestEnv, TestingError, TimeSkipping};
use durable::{Error, Result};

use crate::flows::{
    Approval, Continuing, DAY, Ledger, Parent, Retrying, Sleeper, Slow, Waiting, WritingLocally,
};

/// Less than anything that is skipped here, and more than a busy machine needs.
const QUICK: Duration = Duration::from_secs(30);

#[durable::test]
async fn thirty_seven_days_are_over_at_once(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    let slept = Sleeper::execute(env.client(), 37 * DAY).await?;
    assert_eq!(slept, 37 * DAY);
    assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
    Ok(())
}

#[durable::test]
async fn a_timeout_comes_due_when_the_test_only_waits(env: TestEnv) -> Result<()> {
    let approval = Approval::start(env.client(), "7".to_owned()).await?;
    assert_eq!(approval.result().await?, "expired");
    Ok(())
}

#[durable::test]
async fn until_a_result_is_awaited_signals_come_in_time(env: TestEnv) -> Result<()> {
    let approval = Approval::start(env.client(), "7".to_owned()).await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!approval.approved().await?);
    approval.approve().await?;
    assert_eq!(approval.result().await?, "approved");
    Ok(())
}

#[durable::test]
async fn a_skip_moves_time_and_holds_it(env: TestEnv) -> Result<()> {
    let approval = Approval::start(env.client(), "7".to_owned()).await?;
    env.skip(Duration::from_secs(6 * DAY)).await?;
    let early = approval.result_within(Duration::from_millis(300)).await;
    assert!(matches!(early, Err(Error::NoResultYet { .. })), "{early:?}");
    env.skip(Duration::from_secs(DAY)).await?;
    assert_eq!(approval.result_within(Duration::from_secs(5)).await?, "expired");
    Ok(())
}

#[durable::test]
async fn after_a_skip_there_is_still_time_to_act(env: TestEnv) -> Result<()> {
    let approval = Approval::start(env.client(), "7".to_owned()).await?;
    env.skip(Duration::from_secs(6 * DAY)).await?;
    approval.approve().await?;
    assert_eq!(approval.result().await?, "approved");
    Ok(())
}

#[durable::test(time_skipping = "always")]
async fn always_is_from_the_start(env: TestEnv) -> Result<()> {
    let approval = Approval::start(env.client(), "7".to_owned()).await?;
    // Nobody waits by `result()`, which would let time skip.
    assert_eq!(approval.result_within(QUICK).await?, "expired");
    Ok(())
}

#[durable::test(time_skipping = "never")]
async fn skipping_can_be_turned_off_and_on_again(env: TestEnv) -> Result<()> {
    let slept = Sleeper::start(env.client(), 2).await?;
    let began = Instant::now();
    slept.result().await?;
    assert!(began.elapsed() > Duration::from_secs(1), "two seconds took {:?}", began.elapsed());

    env.time_skipping(TimeSkipping::WhenAwaited);
    assert_eq!(Sleeper::execute(env.client(), DAY).await?, DAY);
    Ok(())
}

#[durable::test]
async fn a_workflow_times_out_by_skipped_time(env: TestEnv) -> Result<()> {
    let waiting = Waiting::start(env.client()).run_timeout(Duration::from_secs(3600)).await?;
    let outcome = waiting.result().await;
    assert!(matches!(outcome, Err(Error::TimedOut { .. })), "{outcome:?}");
    Ok(())
}

#[durable::test]
async fn a_start_delay_is_skipped(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    let delay = Duration::from_secs(5 * DAY);
    let sleeper = Sleeper::schedule(env.client(), 3600, delay).await?;
    // Timers fire late on a busy machine, and without time skipping they would not fire at all.
    assert!((3600..3660).contains(&sleeper.result().await?));
    assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
    Ok(())
}

#[durable::test]
async fn children_skip_with_their_parent(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    assert_eq!(Parent::execute(env.client(), 30 * DAY).await?, 30 * DAY);
    // A child that was there before anybody waited for its parent.
    let parent = Parent::start(env.client(), 30 * DAY).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(parent.result().await?, 30 * DAY);
    assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
    Ok(())
}

#[durable::test]
async fn a_skip_moves_children_and_then_their_parent(env: TestEnv) -> Result<()> {
    let parent = Parent::start(env.client(), 3 * DAY).await?;
    env.skip(Duration::from_secs(2 * DAY)).await?;
    let early = parent.result_within(Duration::from_millis(300)).await;
    assert!(matches!(early, Err(Error::NoResultYet { .. })), "{early:?}");
    env.skip(Duration::from_secs(2 * DAY)).await?;
    assert_eq!(parent.result_within(Duration::from_secs(5)).await?, 3 * DAY);
    Ok(())
}

#[durable::test]
async fn continued_runs_skip_too(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    assert_eq!(Continuing::execute(env.client(), 5).await?, "done");
    assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
    Ok(())
}

#[durable::test]
async fn the_backoff_between_attempts_is_skipped(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    let hours = Retrying::execute(env.client()).await?;
    // The first retry comes after 5 hours, the second after 10 more.
    assert!((15..17).contains(&hours), "{hours}");
    assert!(began.elapsed() < QUICK, "{:?}", began.elapsed());
    Ok(())
}

/// Fails if one of the lines was written twice.
fn each_is_written_once(ledger: &Ledger, lines: usize) {
    let mut written = ledger.0.lock().map(|written| written.clone()).unwrap_or_default();
    written.sort();
    let mut once = written.clone();
    once.dedup();
    assert_eq!(written, once, "a local activity ran twice");
    assert_eq!(once.len(), lines);
}

#[durable::test]
async fn local_activities_run_once_when_a_result_is_awaited(env: TestEnv) -> Result<()> {
    let ledger = Ledger::default();
    env.state(ledger.clone());
    for number in 0..40 {
        let writing = WritingLocally::start(env.client(), format!("awaited {number}")).await?;
        writing.result().await?;
    }
    each_is_written_once(&ledger, 40);
    Ok(())
}

#[durable::test]
async fn local_activities_run_once_when_time_is_skipped(env: TestEnv) -> Result<()> {
    let ledger = Ledger::default();
    env.state(ledger.clone());
    let waiting = Waiting::start(env.client()).await?;
    for number in 0..20 {
        let local = WritingLocally::start(env.client(), format!("skipped {number}")).await?;
        env.skip(Duration::from_secs(1)).await?;
        assert!(local.result_within(QUICK).await? > 0);
    }
    waiting.finish().await?;
    each_is_written_once(&ledger, 20);
    Ok(())
}

#[durable::test]
async fn a_running_activity_is_not_skipped(env: TestEnv) -> Result<()> {
    let slow = Slow::start(env.client(), 3000).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    env.skip(Duration::from_secs(3600)).await?;
    assert!(began.elapsed() > Duration::from_secs(1), "the skip waited {:?}", began.elapsed());
    let seconds = slow.result().await?;
    assert!(seconds < 60, "{seconds} s of the workflow's time passed while its activity ran");
    Ok(())
}

#[durable::test]
async fn a_skip_that_cannot_be_is_refused_in_words(env: TestEnv) -> Result<()> {
    Approval::start(env.client(), "7".to_owned()).await?;
    let error = env.skip(Duration::MAX).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(TestingError::NotSkipped { .. })), "{error:?}");
    assert!(error.to_string().contains("approval-7"), "{error}");
    let error = env.skip(Duration::ZERO).await.unwrap_err().to_string();
    assert!(error.contains("duration must be positive"), "{error}");
    Ok(())
}

#[durable::test]
async fn there_must_be_something_to_skip(env: TestEnv) -> Result<()> {
    for _ in 0..2 {
        let error = env.skip(Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(TestingError::NothingToSkip)), "{error:?}");
        // What has ended has no time any more.
        Sleeper::execute(env.client(), 1).await?;
    }
    Ok(())
}
