//! The small workflows run on the server.

use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::{ActivityTest, TestEnv};

use crate::basics::*;

#[durable::test]
async fn days_pass_between_two_emails(env: TestEnv) -> durable::Result<()> {
    let emails = env.mock::<send_email>().returns(());
    let outcome = OnboardingWorkflow::execute(env.client(), "7".to_owned()).await?;
    assert_eq!(outcome, "onboarding complete for 7");
    let subjects: Vec<_> = emails.arguments().into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["Welcome!", "How's it going?"]);
    Ok(())
}

#[durable::test]
async fn files_are_processed_in_parallel(env: TestEnv) -> durable::Result<()> {
    let paths = ["a", "bb", "ccc"].map(str::to_owned).to_vec();
    let processed = DataProcessingWorkflow::execute(env.client(), paths).await?;
    assert_eq!(processed, Processed { files_processed: 3, total_records: 6 });
    Ok(())
}

#[durable::test]
async fn a_parent_gets_the_result_of_its_child(env: TestEnv) -> durable::Result<()> {
    let outcome = ParentWorkflow::execute(env.client()).await?;
    assert_eq!(outcome, "parent completed with child result: CHILD INPUT");
    Ok(())
}

#[durable::test]
async fn each_run_has_one_batch(env: TestEnv) -> durable::Result<()> {
    let batches = env.mock::<process_batch>().returns(());
    assert_eq!(ContinuousWorkflow::execute(env.client(), 0).await?, 3);
    assert_eq!(batches.arguments(), [(0,), (1,), (2,), (3,)]);
    Ok(())
}

#[durable::test]
async fn progress_is_asked_for(env: TestEnv) -> durable::Result<()> {
    let workflow = TrackableWorkflow::start(env.client()).await?;
    assert_eq!(workflow.result().await?, "done");
    assert_eq!(workflow.get_progress().await?, 100);
    assert_eq!(workflow.get_status().await?, "complete");
    Ok(())
}

#[durable::test]
async fn a_workflow_logs(env: TestEnv) -> durable::Result<()> {
    LoggingWorkflow::execute(env.client(), "7".to_owned()).await
}

#[durable::test]
async fn a_choice_by_chance_replays(env: TestEnv) -> durable::Result<()> {
    // The history is replayed at the end of the test.
    let outcome = GoodWorkflow::execute(env.client()).await?;
    assert!(["A", "B"].contains(&&*outcome), "{outcome}");
    Ok(())
}

#[durable::test]
async fn side_effects_are_in_activities(env: TestEnv) -> durable::Result<()> {
    let answer = ApiWorkflow::execute(env.client()).await?;
    assert_eq!(answer, "the answer of https://api.example.com");
    Ok(())
}

#[durable::test]
async fn a_long_task_has_its_timeouts(env: TestEnv) -> durable::Result<()> {
    let workflow = LongWorkflow::start(env.client()).await?;
    assert_eq!(workflow.result().await?, 1_000);
    let scheduled = EventType::ActivityTaskScheduled;
    let scheduled = durable_tests::attributes(&workflow, scheduled).await;
    let scheduled = format!("{scheduled:?}");
    for part in [
        "start_to_close_timeout: Some(Duration { seconds: 3600",
        "schedule_to_close_timeout: Some(Duration { seconds: 10800",
        "heartbeat_timeout: Some(Duration { seconds: 300",
        "maximum_attempts: 5",
    ] {
        assert!(scheduled.contains(part), "no {part} in {scheduled}");
    }
    Ok(())
}

#[tokio::test]
async fn a_long_task_goes_on_where_it_was() {
    let test = ActivityTest::new().heartbeat_details(400_u32).expect("it is a number");
    assert_eq!(test.run::<long_running_task>((1_000,)).await.expect("it succeeds"), 600);
    assert_eq!(test.heartbeats::<u32>().expect("they are numbers").last(), Some(&900));
}

#[durable::test]
async fn another_processor_takes_the_payment(env: TestEnv) -> durable::Result<()> {
    let stripe = env.mock::<process_payment_stripe>().fails("Unavailable", "no answer");
    assert_eq!(PaymentWorkflow::execute(env.client(), 7).await?, "paypal-7");
    assert_eq!(stripe.count(), 3);
    Ok(())
}

#[durable::test]
async fn a_new_workflow_takes_the_new_step(env: TestEnv) -> durable::Result<()> {
    let answer = MyWorkflow::execute(env.client()).await?;
    assert_eq!(answer, "the answer of https://new.example.com");
    Ok(())
}
