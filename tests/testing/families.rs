//! The time of parents and children: no child is past its timeout while its parent has work.

use durable::prelude::*;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable::workflow::join_all;
use durable::{Error, Result};

use crate::flows::{Approval, DAY, Sleeper, Waiting, slow};

/// The behaviour of a [`Guardian`] before it signals its child.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Before {
    /// It waits for two activities.
    Activities,
    /// It waits for a timer.
    Timer,
    /// It waits for a child that sleeps for six days.
    EarlierChild,
    /// It waits for a child that sleeps for eight days.
    LaterChild,
}

/// Starts an approval, which expires after seven days, and approves it after something else.
#[workflow(queue = "approvals")]
#[derive(Default)]
struct Guardian;

#[workflow_methods]
impl Guardian {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, before: Before) -> WorkflowResult<String> {
        let approval = Approval::start_child(ctx, "guarded".to_owned()).await?;
        match before {
            Before::Activities => {
                slow::execute(ctx, 300).await?;
                slow::execute(ctx, 300).await?;
            }
            Before::Timer => ctx.sleep(Duration::from_secs(1)).await?,
            Before::EarlierChild => {
                Sleeper::execute_child(ctx, 6 * DAY).await?;
            }
            Before::LaterChild => {
                Sleeper::execute_child(ctx, 8 * DAY).await?;
            }
        }
        // An approval that has expired cannot be signalled.
        let _ = approval.approve().await;
        Ok(approval.result().await?)
    }
}

async fn guarded(env: &TestEnv, before: Before) -> Result<String> {
    let guardian = Guardian::start(env.client(), before).await?;
    guardian.result().await
}

#[durable::test]
async fn a_child_waits_while_its_parent_runs_activities(env: TestEnv) -> Result<()> {
    assert_eq!(guarded(&env, Before::Activities).await?, "approved");
    assert_eq!(Guardian::execute(env.client(), Before::Activities).await?, "approved");
    Ok(())
}

#[durable::test(time_skipping = "always")]
async fn a_child_waits_for_its_parent_when_time_always_skips(env: TestEnv) -> Result<()> {
    let guardian = Guardian::start(env.client(), Before::Activities).await?;
    assert_eq!(guardian.result_within(Duration::from_secs(30)).await?, "approved");
    Ok(())
}

#[durable::test]
async fn a_child_waits_for_an_earlier_timer_of_its_parent(env: TestEnv) -> Result<()> {
    assert_eq!(guarded(&env, Before::Timer).await?, "approved");
    Ok(())
}

#[durable::test]
async fn of_two_children_the_one_that_is_due_first_goes_on(env: TestEnv) -> Result<()> {
    assert_eq!(guarded(&env, Before::EarlierChild).await?, "approved");
    assert_eq!(guarded(&env, Before::LaterChild).await?, "expired");
    Ok(())
}

/// Starts a child with a run timeout of an hour, and lets it finish after an activity.
#[workflow(queue = "approvals")]
#[derive(Default)]
struct Finishing;

#[workflow_methods]
impl Finishing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, finish: bool) -> WorkflowResult<bool> {
        let hour = Duration::from_secs(3600);
        let waiting = Waiting::start_child(ctx).run_timeout(hour).await?;
        slow::execute(ctx, 300).await?;
        if finish {
            waiting.finish().await?;
        }
        Ok(waiting.result().await.is_ok())
    }
}

#[durable::test]
async fn a_childs_run_timeout_comes_due_only_when_nothing_else_happens(env: TestEnv) -> Result<()> {
    let finished = Finishing::start(env.client(), true).await?;
    assert!(finished.result().await?);
    let timed_out = Finishing::start(env.client(), false).await?;
    assert!(!timed_out.result().await?);
    Ok(())
}

/// A parent of a [`Guardian`], so that the approval is two levels below.
#[workflow(queue = "approvals")]
#[derive(Default)]
struct Grandparent;

#[workflow_methods]
impl Grandparent {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        // Both have an approval of the same id, so they take turns.
        let first = Guardian::execute_child(ctx, Before::Activities).await?;
        let second = Guardian::execute_child(ctx, Before::EarlierChild).await?;
        Ok(vec![first, second])
    }
}

#[durable::test]
async fn grandchildren_wait_too(env: TestEnv) -> Result<()> {
    let outcome = Grandparent::execute(env.client()).await?;
    assert_eq!(outcome, ["approved", "approved"]);
    Ok(())
}

/// Lets several children sleep, each for another time.
#[workflow(queue = "time")]
#[derive(Default)]
struct Crowd;

#[workflow_methods]
impl Crowd {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, children: u64) -> WorkflowResult<Vec<u64>> {
        let sleepers = (1..=children).map(|days| Sleeper::execute_child(ctx, days * DAY));
        let slept = join_all(sleepers.map(std::future::IntoFuture::into_future)).await;
        Ok(slept.into_iter().collect::<std::result::Result<_, _>>()?)
    }
}

#[durable::test]
async fn every_child_sleeps_its_own_time(env: TestEnv) -> Result<()> {
    let slept = Crowd::execute(env.client(), 10).await?;
    let days: Vec<_> = slept.into_iter().map(|seconds| seconds / DAY).collect();
    assert_eq!(days, (1..=10).collect::<Vec<_>>());
    Ok(())
}

/// Leaves a child behind.
#[workflow(queue = "approvals")]
#[derive(Default)]
struct Abandoning;

#[workflow_methods]
impl Abandoning {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let child = Approval::start_child(ctx, "abandoned".to_owned());
        child.parent_close_policy(durable::workflow::ParentClosePolicy::Abandon).await?;
        Ok(())
    }
}

#[durable::test]
async fn a_child_that_outlives_its_parent_skips_when_it_is_awaited(env: TestEnv) -> Result<()> {
    Abandoning::execute(env.client()).await?;
    let approval = Approval::handle(env.client(), "approval-abandoned");
    let early = approval.result_within(Duration::from_millis(300)).await;
    assert!(matches!(early, Err(Error::NoResultYet { .. })), "{early:?}");
    assert_eq!(approval.result().await?, "expired");
    Ok(())
}

fn impatient(env: TestEnvBuilder) -> TestEnvBuilder {
    env.timeout(Duration::from_secs(3))
}

#[durable::test(setup = impatient)]
#[should_panic(expected = "it waits for a signal or an update: it has no timer, activity or child")]
async fn a_test_whose_workflow_waits_for_ever_says_so(env: TestEnv) -> Result<()> {
    let waiting = Waiting::start(env.client()).execution_timeout(Duration::ZERO);
    waiting.run_timeout(Duration::ZERO).await?.result().await
}

/// Waits for a child that waits for ever, and for a timer.
#[workflow(queue = "approvals")]
#[derive(Default)]
struct Blocked;

#[workflow_methods]
impl Blocked {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let waiting = Waiting::start_child(ctx).await?;
        ctx.sleep(Duration::from_secs(3600)).await?;
        Ok(waiting.result().await?)
    }
}

#[durable::test(setup = impatient)]
#[should_panic(expected = "the server skips no time of a workflow with a child")]
async fn a_test_that_waits_for_a_timer_of_a_parent_says_so(env: TestEnv) -> Result<()> {
    Blocked::execute(env.client()).await
}
