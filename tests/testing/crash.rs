//! Crash mode.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::Result;
use durable::testing::{TestEnv, TestEnvBuilder};

use crate::flows::{Continuing, DAY, Fickle, Ledger, Parent, Sleeper, Writing};

fn with_ledger(env: TestEnvBuilder) -> TestEnvBuilder {
    env.state(Ledger::default())
}

#[durable::test(crash, setup = with_ledger)]
async fn eight_steps_survive_crashes(env: TestEnv) -> Result<u32> {
    let written = Writing::execute(env.client(), 8).await?;
    assert_eq!(written, 8);
    Ok(written)
}

#[durable::test(crash)]
async fn children_survive_crashes(env: TestEnv) -> Result<()> {
    assert_eq!(Parent::execute(env.client(), DAY).await?, DAY);
    Ok(())
}

#[durable::test(crash)]
async fn continued_runs_survive_crashes(env: TestEnv) -> Result<()> {
    assert_eq!(Continuing::execute(env.client(), 5).await?, "done");
    Ok(())
}

#[durable::test(crash)]
#[should_panic(expected = "it returned 1, and 0 with the workflow cache emptied at every task")]
async fn another_value_after_crashes_is_a_failure(env: TestEnv) -> Result<u32> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    Sleeper::execute(env.client(), 1).await?;
    Ok(RUNS.fetch_add(1, Ordering::Relaxed))
}

#[durable::test(crash)]
#[should_panic(expected = "with the workflow cache emptied at every task: workflow")]
async fn a_workflow_that_does_not_replay_fails_and_does_not_hang(env: TestEnv) -> Result<u32> {
    Fickle::execute(env.client()).await
}
