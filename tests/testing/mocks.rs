//! Mocks.

use std::time::Instant;

use durable::error::FailureKind;
use durable::prelude::*;
use durable::testing::TestEnv;
use durable::{Error, Failure, Result};

use crate::flows::{
    Cancelling, Counting, DAY, Order, Parent, Prepared, Sleeper, charge, customers, work,
};

fn failure(outcome: Result<impl std::fmt::Debug>) -> Failure {
    match outcome {
        Err(Error::Failed { failure, .. }) => failure,
        other => panic!("the workflow did not fail: {other:?}"),
    }
}

/// The types of the failures, outermost first.
fn types(failure: &Failure) -> Vec<String> {
    let chain = std::iter::successors(Some(failure), |failure| failure.cause());
    chain.filter_map(|failure| failure.type_name().map(str::to_owned)).collect()
}

#[durable::test]
async fn a_mock_has_the_parameters_of_its_activity(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().with(|order, amount| async move {
        Ok(format!("{} for {:.2}", order.to_uppercase(), amount))
    });
    assert_eq!(Order::execute(env.client(), "order-7".to_owned()).await?, "ORDER-7 for 12.50");
    assert_eq!(charges.count(), 1);
    assert_eq!(charges.arguments(), [("order-7".to_owned(), 12.5)]);
    assert_eq!(charges.last(), Some(("order-7".to_owned(), 12.5)));
    Ok(())
}

#[durable::test]
async fn elsewhere_the_same_activity_runs_for_real(env: TestEnv) -> Result<()> {
    let receipt = Order::execute(env.client(), "7".to_owned()).await?;
    assert_eq!(receipt, "really charged 12.5 for 7");
    Ok(())
}

#[durable::test]
async fn a_mock_can_return_a_value_to_local_calls_too(env: TestEnv) -> Result<()> {
    assert_eq!(Counting::execute(env.client()).await?, 12);
    let asked = env.mock::<customers>().must_be_called().returns(3);
    assert_eq!(Counting::execute(env.client()).await?, 3);
    assert_eq!(asked.arguments(), [()]);
    Ok(())
}

#[durable::test]
async fn it_can_fail_some_times_and_then_succeed(env: TestEnv) -> Result<()> {
    let began = Instant::now();
    let charges = env.mock::<charge>().fails_first(3).returns("charged".to_owned());
    assert_eq!(Order::execute(env.client(), "7".to_owned()).await?, "charged");
    assert_eq!(charges.count(), 4);
    assert!(began.elapsed() < Duration::from_secs(30), "backoff is skipped: {:?}", began.elapsed());
    Ok(())
}

#[durable::test]
async fn it_can_fail_until_there_are_no_attempts_left(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().fails("ConnectionLost", "the bank hung up");
    let failure = failure(Order::execute(env.client(), "7".to_owned()).await);
    assert_eq!(types(&failure), ["ConnectionLost"]);
    assert_eq!(charges.count(), 4);
    Ok(())
}

#[durable::test]
async fn it_can_fail_for_good(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().fails_for_good("CardDeclined", "no funds");
    let failure = failure(Order::execute(env.client(), "7".to_owned()).await);
    assert_eq!(types(&failure), ["CardDeclined"]);
    assert_eq!(charges.count(), 1);
    Ok(())
}

#[durable::test]
async fn it_can_time_out(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().times_out();
    let failure = failure(Order::execute(env.client(), "7".to_owned()).await);
    let timed_out = std::iter::successors(Some(&failure), |failure| failure.cause())
        .any(|failure| matches!(failure.kind(), FailureKind::Timeout { .. }));
    assert!(timed_out, "{failure:?}");
    assert_eq!(charges.count(), 4);
    Ok(())
}

#[durable::test]
async fn it_can_panic(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge>().panics("out of paper");
    let failure = failure(Order::execute(env.client(), "7".to_owned()).await);
    assert!(format!("{failure:?}").contains("out of paper"), "{failure:?}");
    assert_eq!(charges.count(), 4);
    Ok(())
}

#[durable::test]
async fn it_can_hang_until_it_is_cancelled(env: TestEnv) -> Result<()> {
    let worked = env.mock::<work>().hangs();
    let cancelling = Cancelling::start(env.client()).await?;
    durable_tests::eventually("call", || async { (worked.count() == 1).then_some(()) }).await;
    cancelling.stop().await?;
    assert!(cancelling.result().await?, "the activity was cancelled");
    Ok(())
}

#[durable::test]
async fn a_child_can_be_mocked(env: TestEnv) -> Result<()> {
    let slept = env.mock_workflow::<Sleeper>().with(|seconds| async move { Ok(seconds + 1) });
    assert_eq!(Parent::execute(env.client(), DAY).await?, DAY + 1);
    assert_eq!(slept.arguments(), [(DAY,)]);
    Ok(())
}

#[durable::test]
async fn a_workflow_that_takes_its_input_in_init_can_be_mocked(env: TestEnv) -> Result<()> {
    assert_eq!(Prepared::execute(env.client(), DAY).await?, DAY);
    let prepared = env.mock_workflow::<Prepared>().with(|seconds| async move { Ok(seconds / 2) });
    assert_eq!(Prepared::execute(env.client(), DAY).await?, DAY / 2);
    assert_eq!(prepared.last(), Some((DAY,)));
    Ok(())
}

#[durable::test(crash)]
async fn a_mocked_child_survives_crashes(env: TestEnv) -> Result<()> {
    env.mock_workflow::<Sleeper>().returns(7);
    assert_eq!(Parent::execute(env.client(), DAY).await?, 7);
    Ok(())
}

#[durable::test]
async fn a_child_can_fail_with_a_type(env: TestEnv) -> Result<()> {
    env.mock_workflow::<Sleeper>().fails_for_good("Insomnia", "too much coffee");
    let failure = failure(Parent::execute(env.client(), DAY).await);
    assert_eq!(types(&failure), ["Insomnia"]);
    Ok(())
}

#[durable::test]
async fn a_child_can_time_out(env: TestEnv) -> Result<()> {
    env.mock_workflow::<Sleeper>().times_out();
    let failure = failure(Parent::execute(env.client(), DAY).await);
    let timed_out = std::iter::successors(Some(&failure), |failure| failure.cause())
        .any(|failure| matches!(failure.kind(), FailureKind::Timeout { .. }));
    assert!(timed_out, "{failure:?}");
    Ok(())
}

#[durable::test]
async fn a_child_can_hang_until_it_is_cancelled(env: TestEnv) -> Result<()> {
    let slept = env.mock_workflow::<Sleeper>().must_be_called().hangs();
    let parent = Parent::start(env.client(), DAY).await?;
    durable_tests::eventually("call", || async { (slept.count() == 1).then_some(()) }).await;
    assert_eq!(slept.arguments(), [(DAY,)]);
    let early = parent.result_within(Duration::from_millis(300)).await;
    assert!(matches!(early, Err(Error::NoResultYet { .. })), "{early:?}");
    parent.cancel("enough").await?;
    let outcome = parent.result().await;
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    Ok(())
}

#[tokio::test]
async fn a_mock_that_is_never_called_can_be_an_error() {
    let env = TestEnv::start().await.unwrap();
    env.mock::<charge>().must_be_called().returns(String::new());
    env.mock_workflow::<Sleeper>().must_be_called().returns(1);
    env.mock::<customers>().returns(1);
    let error = env.finish().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "- the mock of activity `charge` was never called\n\
         - the mock of workflow `Sleeper` was never called"
    );
}
