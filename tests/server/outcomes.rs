//! The ends of a workflow, as typed errors.

use durable::client::{HasHandle, WorkflowHandle};
use durable::error::FailureKind;
use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_common::error::TimeoutType;
use durable::{Error, Failure};

use crate::client;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Decline {
    code: u16,
}

#[activity(queue = "outcomes", retry(maximum_attempts = 2, initial_interval = "10ms"))]
async fn charge(card: String) -> Result<String, ActivityError> {
    match card.as_str() {
        "declined" => Err(ActivityError::application(
            ApplicationFailure::builder("the bank says no")
                .type_name("CardDeclined".to_owned())
                .non_retryable(true)
                .details(Decline { code: 51 })
                .build(),
        )),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            Ok("too late".to_owned())
        }
        card => Err(std::io::Error::other(format!("no line to the bank for {card}")).into()),
    }
}

#[workflow(queue = "outcomes")]
#[derive(Default)]
struct ChargeWorkflow;

#[workflow_methods]
impl ChargeWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, card: String) -> WorkflowResult<String> {
        match card.as_str() {
            "own" => Err(ApplicationFailure::builder("the workflow itself says no")
                .type_name("OwnFailure".to_owned())
                .build()
                .into()),
            "wait" => {
                ctx.sleep(Duration::from_secs(600)).await?;
                Ok("waited".to_owned())
            }
            "slow" => {
                let charge = charge::execute(ctx, card);
                let charge = charge.start_to_close_timeout(Duration::from_millis(300));
                Ok(charge.retry(RetryOptions::default().maximum_attempts(1)).await?)
            }
            _ => Ok(charge::execute(ctx, card).await?),
        }
    }
}

async fn failure(card: &str) -> Failure {
    let ended = ChargeWorkflow::execute(&client().await, card.to_owned()).await;
    match ended {
        Err(Error::Failed { failure, .. }) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_failure_comes_back_with_the_whole_chain_of_causes() -> durable::Result<()> {
    let failure = failure("declined").await;
    let chain: Vec<_> = failure.chain().map(ToString::to_string).collect();
    assert_eq!(chain, ["activity `charge` failed", "CardDeclined: the bank says no"]);
    assert_eq!(failure.kind(), &FailureKind::Activity { activity_type: "charge".to_owned() });
    let root = failure.root();
    assert_eq!(root.type_name(), Some("CardDeclined"));
    assert_eq!(root.message(), "the bank says no");
    assert_eq!(
        root.kind(),
        &FailureKind::Application {
            type_name: Some("CardDeclined".to_owned()),
            non_retryable: true
        }
    );
    assert_eq!(root.details::<Decline>()?, Some(Decline { code: 51 }));
    let wrong = root.details::<String>().expect_err("the details are no string");
    assert!(matches!(wrong, Error::WrongType { .. }), "{wrong:?}");
    Ok(())
}

#[tokio::test]
async fn a_failure_after_retries_and_one_of_the_workflow_itself() {
    let retried = failure("torn").await;
    assert_eq!(retried.root().message(), "no line to the bank for torn");
    let own = failure("own").await;
    assert_eq!(own.type_name(), Some("OwnFailure"));
    assert_eq!(own.chain().count(), 1);
}

#[tokio::test]
async fn a_timeout_of_an_activity_is_told_as_one() {
    let failure = failure("slow").await;
    assert_eq!(failure.root().kind(), &FailureKind::Timeout(TimeoutType::StartToClose));
}

#[tokio::test]
async fn the_report_of_an_error_shows_every_cause_once() {
    let ended = ChargeWorkflow::execute(&client().await, "declined".to_owned()).id("report").await;
    let error = ended.expect_err("the card is declined");
    let line = "workflow `report` failed: activity `charge` failed: CardDeclined: the bank says no";
    assert_eq!(error.to_string(), line);
    assert!(std::error::Error::source(&error).is_none(), "the line has every cause");
    assert_eq!(
        format!("{error:?}"),
        "workflow `report` failed\n\nCaused by:\n    activity `charge` failed\n    CardDeclined: \
         the bank says no"
    );
}

async fn waiting() -> durable::Result<(Client, <ChargeWorkflow as HasHandle>::Handle)> {
    let client = client().await;
    let handle = ChargeWorkflow::start(&client, "wait".to_owned()).await?;
    Ok((client, handle))
}

#[tokio::test]
async fn cancelled_terminated_and_timed_out_are_outcomes_of_their_own() -> durable::Result<()> {
    let (client, cancelled) = waiting().await?;
    cancelled.cancel("changed my mind").await?;
    let (_, terminated) = waiting().await?;
    terminated.terminate("pulled the plug").await?;
    let timed_out = ChargeWorkflow::start(&client, "wait".to_owned())
        .execution_timeout(Duration::from_secs(1))
        .await?;

    let ended = cancelled.result().await;
    assert!(matches!(ended, Err(Error::Cancelled { .. })), "{ended:?}");
    let ended = terminated.result().await;
    assert!(matches!(ended, Err(Error::Terminated { .. })), "{ended:?}");
    let ended = timed_out.result().await;
    assert!(matches!(ended, Err(Error::TimedOut { .. })), "{ended:?}");
    Ok(())
}

#[tokio::test]
async fn a_result_can_be_waited_for_only_so_long() -> durable::Result<()> {
    let (_, waiting) = waiting().await?;
    let patience = Duration::from_millis(200);
    let ended = waiting.result_within(patience).await;
    assert!(
        matches!(&ended, Err(Error::NoResultYet { waited, .. }) if *waited == patience),
        "{ended:?}"
    );
    waiting.terminate("enough").await
}

/// The same workflow type, taken for one with another output.
#[workflow(queue = "nobody-serves-this", name = "ChargeWorkflow")]
#[derive(Default)]
struct MisreadWorkflow;

#[workflow_methods]
impl MisreadWorkflow {
    #[run]
    async fn run(_card: String) -> WorkflowResult<u32> {
        Ok(0)
    }
}

#[activity(queue = "outcomes", name = "charge-fine")]
async fn fine(card: String) -> String {
    card
}

#[workflow(queue = "outcomes")]
#[derive(Default)]
struct FineWorkflow;

#[workflow_methods]
impl FineWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, card: String) -> WorkflowResult<String> {
        Ok(fine::execute(ctx, card).await?)
    }
}

#[tokio::test]
async fn an_output_of_another_type_is_said() -> durable::Result<()> {
    let client = client().await;
    let fine = FineWorkflow::start(&client, "gold".to_owned()).await?;
    assert_eq!(fine.result().await?, "gold");
    let misread: WorkflowHandle<_> = (*MisreadWorkflow::handle(&client, fine.id())).clone();
    let error = misread.result().await.expect_err("a word is no number");
    assert!(matches!(error, Error::WrongType { .. }), "{error:?}");
    assert!(format!("{error:?}").contains("expected u32"), "{error:?}");
    Ok(())
}
