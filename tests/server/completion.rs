//! Activities that somebody else completes: by token and by id, with each way to end.

use std::collections::HashMap;
use std::sync::Mutex;

use durable::Error;
use durable::activity::TaskToken;
use durable::client::ActivityIdentifier;
use durable::error::PayloadTooLarge;
use durable::prelude::*;
use durable::workflow::ActivityExecutionError;
use durable_tests::{eventually, unique};

use crate::client;

/// The tokens that were given away, by workflow and attempt: what would be a database or a message.
static TOKENS: Mutex<Option<HashMap<(String, u32), String>>> = Mutex::new(None);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Answer {
    approved: bool,
    by: String,
}

#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum AskError {
    #[error("{0} is on holiday")]
    #[failure(non_retryable)]
    Absent(String),
    #[error("the line was bad")]
    BadLine,
}

#[activity(
    queue = "completion",
    heartbeat_timeout = "10s",
    retry(maximum_attempts = 2, initial_interval = "10ms")
)]
async fn ask(ctx: ActivityContext, question: String) -> Result<Answer, ActivityError> {
    let info = ctx.info();
    // The second attempt tells what the first has recorded.
    if question == "go on" && info.attempt == 2 {
        let by = ctx.progress().unwrap_or_default();
        return Ok(Answer { approved: true, by });
    }
    let place = (info.workflow_id.clone().unwrap_or_default(), info.attempt);
    let token = ctx.task_token().to_string();
    TOKENS
        .lock()
        .expect("nobody panics while it is held")
        .get_or_insert_default()
        .insert(place, token);
    Err(ActivityError::WillCompleteAsync)
}

#[workflow(queue = "completion")]
#[derive(Default)]
struct AskWorkflow;

#[workflow_methods]
impl AskWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, question: String) -> WorkflowResult<Answer> {
        let asked = ask::execute(ctx, question)
            .activity_id("the-question")
            .cancellation_type(
                durable::workflow::ActivityCancellationType::WaitCancellationCompleted,
            )
            .await;
        match asked {
            Err(error @ ActivityExecutionError::Failed(_)) => match error.downcast::<AskError>() {
                Some(AskError::Absent(by)) => Ok(Answer { approved: false, by }),
                _ => Err(error.into()),
            },
            answered => Ok(answered?),
        }
    }
}

/// A workflow whose activity waits to be completed, and the token that it gave away.
async fn asked(question: &str) -> (Client, AskWorkflowHandle, TaskToken) {
    let client = client().await;
    let run = AskWorkflow::start(&client, question.to_owned())
        .id(unique("ask"))
        .await
        .expect("the server takes it");
    let place = (run.id().to_owned(), 1);
    let token = eventually("token", || async {
        TOKENS
            .lock()
            .expect("nobody panics while it is held")
            .as_ref()
            .and_then(|tokens| tokens.get(&place).cloned())
    });
    let token = token.await.parse().expect("it is a token");
    (client, run, token)
}

fn yes() -> Answer {
    Answer { approved: true, by: "Ada".to_owned() }
}

#[tokio::test]
async fn a_token_completes_the_activity_with_its_output_once() {
    let (client, run, token) = asked("may I?").await;
    let activity = client.activity::<ask>(&token);
    activity.complete(yes()).await.unwrap();
    assert_eq!(run.result().await.unwrap(), yes());

    let again = activity.complete(yes()).await.unwrap_err();
    assert!(matches!(again, Error::ActivityNotFound { .. }), "{again:?}");
    let message =
        "cannot complete activity `ask`: it was not found; it has ended, or never existed";
    assert_eq!(again.to_string(), message);
}

#[tokio::test]
async fn workflow_and_activity_id_do_as_well_as_a_token() {
    let (client, run, _) = asked("may I?").await;
    let place = ActivityIdentifier::by_id_workflow(run.id(), "", "the-question");
    client.activity::<ask>(place).complete(yes()).await.unwrap();
    assert_eq!(run.result().await.unwrap(), yes());
}

#[tokio::test]
async fn the_programs_own_error_comes_back_from_elsewhere_too() {
    let (client, run, token) = asked("may I?").await;
    client.activity::<ask>(token).fail(AskError::Absent("Grace".to_owned())).await.unwrap();
    assert_eq!(run.result().await.unwrap(), Answer { approved: false, by: "Grace".to_owned() });
}

#[tokio::test]
async fn the_next_attempt_finds_the_progress_that_was_recorded_elsewhere() {
    let (client, run, token) = asked("go on").await;
    let activity = client.activity::<ask>(token);
    let answer = activity.heartbeat("half of it").await.unwrap();
    assert!(!answer.cancel_requested);
    activity.fail(AskError::BadLine).await.unwrap();
    assert_eq!(run.result().await.unwrap().by, "half of it");
}

#[tokio::test]
async fn a_cancellation_is_told_with_a_heartbeat_and_reported_back() {
    let (client, run, token) = asked("may I?").await;
    let activity = client.activity::<ask>(token);
    run.cancel("never mind").await.unwrap();
    eventually("cancellation", || async {
        activity.heartbeat(&()).await.unwrap().cancel_requested.then_some(())
    })
    .await;
    activity.cancelled().await.unwrap();
    let ended = run.result().await.unwrap_err();
    assert!(matches!(ended, Error::Cancelled { .. }), "{ended:?}");
}

#[tokio::test]
async fn what_is_no_token_of_an_activity_is_not_found() {
    let client = client().await;
    let token: TaskToken = "00ff".parse().unwrap();
    let activity = client.activity::<ask>(token);
    for error in [
        activity.complete(yes()).await.unwrap_err(),
        activity.fail(AskError::BadLine).await.unwrap_err(),
        activity.cancelled().await.unwrap_err(),
        activity.heartbeat("here").await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::ActivityNotFound { .. }), "{error:?}");
    }
    let place = ActivityIdentifier::by_id_workflow("nobody", "", "nothing");
    let error = client.activity::<ask>(place).complete(yes()).await.unwrap_err();
    assert!(matches!(error, Error::ActivityNotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn an_output_that_is_too_large_is_refused_and_the_activity_waits_on() {
    let (client, run, token) = asked("may I?").await;
    let activity = client.activity::<ask>(token);
    let large = Answer { approved: true, by: "x".repeat(3 * 1024 * 1024) };
    let error = activity.complete(large).await.unwrap_err();
    let Error::WrongType { cause, .. } = &error else { panic!("{error:?}") };
    assert!(cause.is::<PayloadTooLarge>(), "{error:?}");
    activity.complete(yes()).await.unwrap();
    assert_eq!(run.result().await.unwrap(), yes());
}
