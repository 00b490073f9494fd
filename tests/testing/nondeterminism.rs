//! Code that decides by what is not in the history passes a test without replay, and fails it with
//! replay.

use std::sync::atomic::Ordering;

use durable::Result;
use durable::testing::{TestEnv, TestEnvBuilder, TestingError};

use crate::flows::{ByTheClock, DEADLINE, Fickle};

fn without_replay(env: TestEnvBuilder) -> TestEnvBuilder {
    env.without_replay()
}

/// The same workflow, before the deadline of its clock and after it; only the replay of
/// [`the_system_clock_fails_with_replay`] finds that it is one that must not be.
#[durable::test(setup = without_replay)]
async fn the_system_clock_passes_without_replay(env: TestEnv) -> Result<()> {
    ByTheClock::execute(env.client()).await
}

#[tokio::test]
async fn the_system_clock_fails_with_replay() -> Result<()> {
    let env = TestEnv::start().await?;
    ByTheClock::execute(env.client()).await?;
    DEADLINE.store(0, Ordering::SeqCst);
    let error = env.finish().await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(TestingError::AtEnd { .. })), "{error:?}");
    let error = error.to_string();
    assert!(error.contains("workflow ByTheClock"), "names the workflow: {error}");
    assert!(error.contains("TimerStarted"), "names the event: {error}");
    assert!(error.contains("the code schedules an activity"), "says what differs: {error}");
    Ok(())
}

#[tokio::test]
async fn a_workflow_that_is_fickle_fails_with_replay() -> Result<()> {
    let env = TestEnv::start().await?;
    Fickle::execute(env.client()).await?;
    let error = env.finish().await.unwrap_err().to_string();
    assert!(error.contains("workflow Fickle"), "{error}");
    Ok(())
}
