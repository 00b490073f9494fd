//! The patterns run on the server.

use durable::Error;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::TestEnv;
use durable_tests::eventually;

use crate::patterns::*;

#[durable::test]
async fn the_input_decides_which_activity_runs(env: TestEnv) -> durable::Result<()> {
    let list = vec![(Fruit::Apple, 3), (Fruit::Banana, 5)];
    let ordered = PurchaseFruitsWorkflow::execute(env.client(), list).await?;
    assert_eq!(ordered, ["ordered 3 apples", "ordered 5 bananas"]);
    Ok(())
}

#[durable::test]
async fn parallel_results_keep_their_order(env: TestEnv) -> durable::Result<()> {
    let greetings = SayHelloWorkflow::execute(env.client()).await?;
    assert_eq!(greetings, ["Hello, user1!", "Hello, user2!", "Hello, user3!"]);
    Ok(())
}

#[durable::test]
async fn a_cancelled_workflow_cleans_up(env: TestEnv) -> durable::Result<()> {
    let cleanups = env.mock::<cleanup>().must_be_called().returns(());
    let workflow = CancellationWorkflow::start(env.client()).await?;
    let started = EventType::ActivityTaskScheduled;
    eventually("activity", async || {
        durable_tests::attributes(&workflow, started).await.first().map(|_| ())
    })
    .await;
    workflow.cancel("enough").await?;
    let outcome = workflow.result().await;
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    assert_eq!(cleanups.count(), 1);
    Ok(())
}

#[durable::test]
async fn state_goes_from_run_to_run(env: TestEnv) -> durable::Result<()> {
    let input = LongRunningInput { state: Progress::default(), max_iterations: 10 };
    let workflow = LongRunningWorkflow::start(env.client(), input).await?;
    let first_run = workflow.run_id().map(str::to_owned);
    assert_eq!(workflow.result().await?, Progress { iteration: 10, processed_items: 100 });
    let last_run = workflow.with_run_id("").describe().await?.run_id().to_owned();
    assert_ne!(first_run, Some(last_run));
    Ok(())
}

#[durable::test]
async fn children_are_executed_and_started(env: TestEnv) -> durable::Result<()> {
    let ada = || "Ada".to_owned();
    assert_eq!(GreetingWorkflow::execute(env.client(), ada()).await?, "Hello, Ada!");
    assert_eq!(AdvancedParentWorkflow::execute(env.client(), ada()).await?, "Hi, Ada!");
    Ok(())
}

#[durable::test]
async fn an_error_comes_back_with_its_values(env: TestEnv) -> durable::Result<()> {
    assert_eq!(execute_with_error_handling(env.client(), "tea").await?, "processed tea");
    assert_eq!(execute_with_error_handling(env.client(), "").await?, "mend line 1");
    let failed = ProcessDataWorkflow::execute(env.client(), String::new()).await.unwrap_err();
    let text = failed.to_string();
    assert!(
        text.ends_with(
            "activity `process_data` failed: ProcessingError: processing failed at line 1"
        ),
        "{text}"
    );
    Ok(())
}

#[durable::test]
async fn local_activities_have_no_task_of_their_own(env: TestEnv) -> durable::Result<()> {
    let workflow = LocalActivityWorkflow::start(env.client(), "Ada".to_owned()).await?;
    assert_eq!(workflow.result().await?, "Hello, Ada!");
    let scheduled = EventType::ActivityTaskScheduled;
    assert!(durable_tests::attributes(&workflow, scheduled).await.is_empty());
    Ok(())
}
