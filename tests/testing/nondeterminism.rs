//! Code that decides by what is not in the history passes a test without replay, and fails it with
//! replay.

use durable::prelude::*;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable::{Error, Result};

use crate::flows::{ByTheClock, Fickle};

fn soon() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let soon = now.unwrap_or_default() + Duration::from_millis(400);
    u64::try_from(soon.as_millis()).unwrap_or(u64::MAX)
}

fn without_replay(env: TestEnvBuilder) -> TestEnvBuilder {
    env.without_replay()
}

#[durable::test(setup = without_replay)]
async fn the_system_clock_passes_without_replay(env: TestEnv) -> Result<()> {
    ByTheClock::execute(env.client(), soon()).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(())
}

#[tokio::test]
async fn the_system_clock_fails_with_replay() -> Result<()> {
    let env = TestEnv::start().await?;
    ByTheClock::execute(env.client(), soon()).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let error = env.finish().await.unwrap_err();
    assert!(matches!(error, Error::Testing(_)), "{error:?}");
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
