//! The program's own errors: wherever they leave, they are recorded with their type and values, and
//! wherever they come back, they are what they were.

use durable::activity::ApplicationErrorCategory;
use durable::error::Classified as _;
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::workflow::ActivityExecutionError;
use durable::{Error, Failure};
use durable_tests::{attributes, unique};

use crate::client;

/// The errors of a payment, classified in every possible way.
#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum PaymentError {
    #[error("the card was declined, its limit is {limit}")]
    #[failure(non_retryable)]
    Declined { limit: f64 },
    #[error("the bank is busy")]
    #[failure(type_name = "BankBusy", next_retry_delay = "10ms")]
    Busy,
    #[error("{0} was paid already")]
    #[failure(benign, non_retryable)]
    PaidAlready(String),
    #[error("the bank cannot be reached")]
    #[failure(non_retryable)]
    Unreachable(
        #[source]
        #[serde(skip)]
        Refused,
    ),
    #[error("there is no such order")]
    #[failure(non_retryable)]
    NotFound,
}

#[derive(Debug, Default, PartialEq, thiserror::Error)]
#[error("connection refused")]
struct Refused;

/// Another error with a variant of the same name, and the same form.
#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[failure(non_retryable)]
enum StockError {
    #[error("there is no such item")]
    NotFound,
    #[error("{0} items are missing")]
    Missing(u32),
}

/// An error of a newer program with the same name and another form.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("declined")]
#[failure(type_name = "Declined")]
struct OtherDeclined {
    reason: String,
}

fn fail(how: &str) -> PaymentError {
    match how {
        "declined" => PaymentError::Declined { limit: 100.0 },
        "busy" => PaymentError::Busy,
        "paid" => PaymentError::PaidAlready("order 7".to_owned()),
        "unreachable" => PaymentError::Unreachable(Refused),
        _ => PaymentError::NotFound,
    }
}

#[activity(queue = "failures", retry(maximum_attempts = 2, initial_interval = "1m"))]
async fn pay(how: String) -> Result<String, PaymentError> {
    Err(fail(&how))
}

/// `?` takes each kind of error into the one that an activity has.
#[activity(queue = "failures", retry(maximum_attempts = 2, initial_interval = "1m"))]
async fn pay_by_question_mark(how: String) -> Result<String, ActivityError> {
    if how == "missing" {
        Err(StockError::Missing(3))?;
    }
    Err(fail(&how))?
}

/// A blocking one, through the contexts of `anyhow`.
#[activity(queue = "failures", retry(maximum_attempts = 2, initial_interval = "1m"))]
fn pay_in_context(how: String) -> anyhow::Result<String> {
    use anyhow::Context as _;
    Err(fail(&how)).context("charging order 7").context("handling the request")
}

/// Calls one of the activities, and tells what it finds in its error.
#[workflow(queue = "failures")]
#[derive(Default)]
struct PayWorkflow;

#[workflow_methods]
impl PayWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (activity, how): (String, String),
    ) -> WorkflowResult<String> {
        let paid = match activity.as_str() {
            "plain" => pay::execute(ctx, how).await,
            "local" => pay::execute_local(ctx, how).await,
            "question mark" => pay_by_question_mark::execute(ctx, how).await,
            _ => pay_in_context::execute(ctx, how).await,
        };
        let error = match paid {
            Ok(paid) => return Ok(paid),
            Err(error) => error,
        };
        if let Some(error) = error.downcast::<PaymentError>() {
            assert!(error.downcast_is_only_for_failures());
            return Ok(format!("{error:?}"));
        }
        Ok(format!("{:?}", error.downcast::<StockError>()))
    }
}

impl PaymentError {
    fn downcast_is_only_for_failures(&self) -> bool {
        Self::TYPE_NAMES.contains(&self.classification().type_name)
    }
}

async fn seen_by_the_workflow(activity: &str, how: &str) -> String {
    let client = client().await;
    let input = (activity.to_owned(), how.to_owned());
    let run =
        PayWorkflow::start(&client, input).id(unique("seen")).await.expect("the server takes it");
    run.result().await.expect("the server takes it")
}

#[tokio::test]
async fn workflow_code_gets_back_what_the_activity_returned() {
    let declined = "Declined { limit: 100.0 }";
    for (activity, how, seen) in [
        ("plain", "declined", declined),
        ("plain", "busy", "Busy"),
        ("plain", "paid", "PaidAlready(\"order 7\")"),
        ("plain", "unreachable", "Unreachable(Refused)"),
        ("plain", "gone", "NotFound"),
        ("local", "declined", declined),
        ("question mark", "declined", declined),
        ("question mark", "busy", "Busy"),
        ("question mark", "missing", "Some(Missing(3))"),
        ("context", "declined", declined),
    ] {
        assert_eq!(seen_by_the_workflow(activity, how).await, seen, "{activity}: {how}");
    }
}

/// Ends in each way in which a workflow can end with an error.
#[workflow(queue = "failures")]
#[derive(Default)]
struct FailingWorkflow {
    done: bool,
}

#[workflow_methods]
impl FailingWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<String> {
        match how.as_str() {
            "wait" => ctx.wait_condition(|state| state.done).await?,
            "pay" => return Ok(pay::execute(ctx, "declined".to_owned()).await?),
            "context" => return Ok(pay_in_context::execute(ctx, "unreachable".to_owned()).await?),
            how => Err(fail(how))?,
        }
        Ok("done".to_owned())
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[update]
    fn change(&mut self, how: String) -> Result<(), PaymentError> {
        Err(fail(&how))
    }

    #[update]
    async fn change_later(
        ctx: &mut WorkflowContext<Self>,
        how: String,
    ) -> Result<String, ActivityExecutionError> {
        pay::execute(ctx, how).await
    }

    #[update]
    fn change_in_an_activity_error(&mut self, how: String) -> Result<(), ActivityError> {
        Err(fail(&how))?
    }

    #[update]
    fn change_in_anyhow(&mut self, how: String) -> anyhow::Result<()> {
        use anyhow::Context as _;
        Err(fail(&how)).context("changing it")
    }

    #[update]
    fn change_with_a_failure(&mut self) -> Result<(), Box<ApplicationFailure>> {
        let failure = ApplicationFailure::builder("no")
            .type_name("Never".to_owned())
            .non_retryable(true)
            .details("for good".to_owned());
        Err(Box::new(failure.build()))
    }

    #[update]
    fn rename(&mut self, _name: String) {}

    #[update_validator(rename)]
    fn validate_rename(&self, name: &String) -> Result<(), StockError> {
        if name.is_empty() { Err(StockError::Missing(1)) } else { Ok(()) }
    }
}

/// `#[run]` may return the error itself.
#[workflow(queue = "failures")]
#[derive(Default)]
struct DirectWorkflow;

#[workflow_methods]
impl DirectWorkflow {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, how: String) -> Result<String, PaymentError> {
        Err(fail(&how))
    }
}

/// Starts another workflow, and tells what it failed with.
#[workflow(queue = "failures")]
#[derive(Default)]
struct ParentWorkflow;

#[workflow_methods]
impl ParentWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, how: String) -> WorkflowResult<String> {
        let child = FailingWorkflow::start_child(ctx, how).await?;
        let error = child.result().await.expect_err("it fails");
        Ok(format!("{:?}", error.downcast::<PaymentError>()))
    }
}

#[tokio::test]
async fn a_parent_gets_back_what_its_child_failed_with() {
    let client = client().await;
    for (how, seen) in
        [("paid", "Some(PaidAlready(\"order 7\"))"), ("pay", "Some(Declined { limit: 100.0 })")]
    {
        let parent = ParentWorkflow::execute(&client, how.to_owned()).id(unique("parent")).await;
        assert_eq!(parent.unwrap(), seen);
    }
}

async fn failed(how: &str) -> Error {
    let client = client().await;
    let run = FailingWorkflow::start(&client, how.to_owned())
        .id(unique("failing"))
        .await
        .expect("the server takes it");
    run.result().await.expect_err("it fails")
}

fn failure(error: &Error) -> &Failure {
    match error {
        Error::Failed { failure, .. } | Error::UpdateFailed { failure, .. } => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn callers_get_back_what_the_workflow_failed_with() {
    for how in ["declined", "paid", "unreachable", "gone"] {
        assert_eq!(failed(how).await.downcast(), Some(fail(how)));
    }
    let client = client().await;
    let direct = DirectWorkflow::execute(&client, "paid".to_owned()).id(unique("direct")).await;
    assert_eq!(direct.unwrap_err().downcast(), Some(fail("paid")));
}

#[tokio::test]
async fn the_error_of_an_activity_is_found_below_the_workflow_that_fails_with_it() {
    let error = failed("pay").await;
    assert_eq!(error.downcast(), Some(fail("declined")));
    let chain: Vec<_> = failure(&error).chain().map(ToString::to_string).collect();
    assert_eq!(
        chain,
        ["activity `pay` failed", "Declined: the card was declined, its limit is 100"]
    );
}

#[tokio::test]
async fn contexts_and_sources_are_links_of_the_chain() {
    let error = failed("context").await;
    assert_eq!(error.downcast(), Some(fail("unreachable")));
    let chain: Vec<_> = failure(&error).chain().map(ToString::to_string).collect();
    assert_eq!(
        chain,
        [
            "activity `pay_in_context` failed",
            "Unreachable: handling the request",
            "charging order 7",
            "the bank cannot be reached",
            "connection refused",
        ]
    );
}

#[tokio::test]
async fn updates_and_validators_keep_type_and_values() {
    let client = client().await;
    let run = FailingWorkflow::start(&client, "wait".to_owned()).id(unique("updates")).await;
    let run = run.unwrap();
    let declined = || "declined".to_owned();

    let error = run.change(declined()).await.unwrap_err();
    assert_eq!(error.downcast(), Some(fail("declined")));
    assert_eq!(failure(&error).chain().count(), 1, "{error:?}");
    let error = run.change_later(declined()).await.unwrap_err();
    assert_eq!(error.downcast(), Some(fail("declined")));
    let error = run.change_in_an_activity_error(declined()).await.unwrap_err();
    assert_eq!(error.downcast(), Some(fail("declined")));
    let error = run.change_in_anyhow(declined()).await.unwrap_err();
    assert_eq!(error.downcast(), Some(fail("declined")));
    let error = run.change_with_a_failure().await.unwrap_err();
    assert_eq!(failure(&error).type_name(), Some("Never"));
    assert_eq!(failure(&error).details::<String>().unwrap().as_deref(), Some("for good"));
    let error = run.rename(String::new()).await.unwrap_err();
    assert_eq!(error.downcast(), Some(StockError::Missing(1)));

    run.finish().await.unwrap();
    assert_eq!(run.result().await.unwrap(), "done");
}

#[tokio::test]
async fn what_is_another_error_or_another_form_of_it_is_none() {
    let error = failed("gone").await;
    assert_eq!(error.downcast::<StockError>(), None, "only the name of the variant is the same");
    assert_eq!(failure(&error).to_string(), "NotFound: there is no such order");

    let error = failed("declined").await;
    assert!(error.downcast::<OtherDeclined>().is_none(), "it has other values");
    assert!(Error::Cancelled { workflow_id: String::new() }.downcast::<PaymentError>().is_none());
}

/// The failure with which the last attempt of an activity ended, as the server has it.
#[tokio::test]
async fn the_server_is_told_of_retries_and_of_the_category() {
    let client = client().await;
    let run = |how: &str| {
        let input = ("plain".to_owned(), how.to_owned());
        PayWorkflow::start(&client, input).id(unique("classified"))
    };
    // A next retry delay beats the minute that the retry policy says.
    let busy = run("busy").await.unwrap();
    busy.result().await.unwrap();
    let started = attributes(&busy, EventType::ActivityTaskStarted).await;
    let [Attributes::ActivityTaskStartedEventAttributes(started)] = started.as_slice() else {
        panic!("{started:?}");
    };
    assert_eq!(started.attempt, 2);

    let paid = run("paid").await.unwrap();
    paid.result().await.unwrap();
    let failed = attributes(&paid, EventType::ActivityTaskFailed).await;
    let [Attributes::ActivityTaskFailedEventAttributes(failed)] = failed.as_slice() else {
        panic!("{failed:?}");
    };
    let failure = failed.failure.as_ref().unwrap();
    let info = failure.maybe_application_failure().unwrap();
    assert_eq!(ApplicationErrorCategory::from(info.category()), ApplicationErrorCategory::Benign);
    assert!(info.non_retryable);
}

#[test]
fn type_names_are_constants() {
    assert_eq!(
        PaymentError::TYPE_NAMES,
        ["Declined", "BankBusy", "PaidAlready", "Unreachable", "NotFound"]
    );
    assert_eq!(OtherDeclined::TYPE_NAMES, ["Declined"]);
}
