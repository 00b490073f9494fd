//! Errors that are larger than the server takes: they arrive cut, with their type, and nothing is
//! repeated or lost.

use durable::client::Payloads;
use durable::error::{FailureKind, INVALID_INPUT};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::workflow::WorkflowTermination;
use durable::{Error, Failure};
use durable_tests::{attributes, unique};
use serde_json::json;

use crate::client;

#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum UpstreamError {
    #[error("the other side answered {0}")]
    #[failure(non_retryable)]
    Answer(String),
    #[error("below")]
    #[failure(non_retryable)]
    Nested {
        #[source]
        #[serde(skip)]
        source: Option<Box<UpstreamError>>,
        #[serde(skip)]
        text: String,
    },
}

fn body(kib: usize) -> String {
    "x".repeat(kib << 10)
}

fn nested(depth: usize) -> UpstreamError {
    (0..depth).fold(UpstreamError::Answer(body(30)), |source, _| UpstreamError::Nested {
        source: Some(Box::new(source)),
        text: String::new(),
    })
}

fn upstream(what: &str) -> UpstreamError {
    if what == "causes" { nested(60) } else { UpstreamError::Answer(body(3000)) }
}

#[activity(queue = "large-errors", start_to_close_timeout = "5s", retry(maximum_attempts = 1))]
async fn call(what: String) -> Result<(), UpstreamError> {
    Err(upstream(&what))
}

#[activity(queue = "large-errors", start_to_close_timeout = "5s", retry(maximum_attempts = 1))]
async fn panic_at_length() {
    panic!("{}", body(3000))
}

#[workflow(queue = "large-errors")]
#[derive(Default)]
struct Relay {
    done: bool,
}

#[workflow_methods]
impl Relay {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        (how, what): (String, String),
    ) -> WorkflowResult<()> {
        match how.as_str() {
            "activity" => call::execute(ctx, what).await?,
            "local activity" => call::execute_local(ctx, what).await?,
            "panic" => panic_at_length::execute(ctx).await?,
            "child" => Self::execute_child(ctx, ("workflow".to_owned(), what)).await?,
            "workflow" => return Err(upstream(&what).into()),
            "plain" => return Err(ApplicationFailure::new(body(3000)).into()),
            "details" => {
                let failure = ApplicationFailure::builder("declined".to_owned());
                let failure = failure.type_name("Declined".to_owned()).details(body(3000));
                return Err(failure.non_retryable(true).build().into());
            }
            "cancelled" => {
                let _ = ctx.wait_condition(|relay| relay.done).await;
                return Err(WorkflowTermination::cancelled_with_details(body(3000)));
            }
            _ => ctx.wait_condition(|relay| relay.done).await?,
        }
        Ok(())
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }

    #[query]
    fn ask(&self, kib: usize) -> Result<(), String> {
        Err(body(kib))
    }

    #[update]
    fn change(&mut self, kib: usize) -> Result<(), String> {
        Err(body(kib))
    }

    #[update]
    async fn change_later(_ctx: &mut WorkflowContext<Self>) -> Result<(), UpstreamError> {
        Err(upstream("message"))
    }

    #[update_validator(checked)]
    fn check(&self, kib: &usize) -> Result<(), String> {
        Err(body(*kib))
    }

    #[update]
    fn checked(&mut self, _kib: usize) {}
}

async fn failure_of(how: &str, what: &str) -> Failure {
    let client = client().await;
    let input = (how.to_owned(), what.to_owned());
    let run = Relay::start(&client, input).id(unique("large-errors")).await;
    let run = run.expect("it starts");
    let end = run.result_within(Duration::from_secs(15)).await;
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty(), "{how}");
    match end {
        Err(Error::Failed { failure, .. }) => failure,
        end => panic!("{how}: {end:?}"),
    }
}

fn application(type_name: Option<&str>, non_retryable: bool) -> FailureKind {
    let type_name = type_name.map(str::to_owned);
    FailureKind::Application { type_name, non_retryable }
}

#[tokio::test]
async fn of_activities_and_workflows_arrive_cut_with_their_type() {
    for how in ["activity", "local activity", "workflow", "child"] {
        let failure = failure_of(how, "message").await;
        let root = failure.root();
        assert_eq!(root.kind(), &application(Some("Answer"), true), "{how}");
        let message = root.message();
        assert!(message.starts_with("the other side answered xxx"), "{how}");
        assert!(message.contains("... (") && message.ends_with(" bytes cut)"), "{how}");
        let end = &message[message.len() - 80..];
        assert!(end.contains(" bytes cut) (details of "), "{how}: {end}");
        assert!(message.len() < 20_000, "{how}: {}", message.len());
    }
    let failure = failure_of("plain", "").await;
    assert_eq!(failure.root().kind(), &application(None, false));
    let failure = failure_of("panic", "").await;
    assert!(failure.root().message().starts_with("Activity function panicked: xxx"));
}

#[tokio::test]
async fn details_that_are_too_large_are_left_out_and_the_rest_arrives() {
    let failure = failure_of("details", "").await;
    assert_eq!(failure.kind(), &application(Some("Declined"), true));
    assert_eq!(failure.message(), "declined (details of 3072036 bytes cut)");
    assert_eq!(failure.details::<String>().unwrap(), None);
}

#[tokio::test]
async fn details_of_a_cancellation_that_are_too_large_are_left_out() {
    let client = client().await;
    let input = ("cancelled".to_owned(), String::new());
    let run = Relay::start(&client, input).id(unique("large-errors")).await;
    let run = run.expect("it starts");
    run.cancel("no more").await.unwrap();
    let end = within(run.result()).await;
    assert!(matches!(end, Err(Error::Cancelled { .. })), "{end:?}");
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty());
}

#[tokio::test]
async fn many_causes_are_cut_in_the_middle() {
    for how in ["activity", "workflow"] {
        let failure = failure_of(how, "causes").await;
        let messages: Vec<_> = failure.chain().map(Failure::message).collect();
        assert!(messages.len() < 30, "{how}: {}", messages.len());
        assert!(messages.iter().any(|message| message.ends_with(" causes cut)")), "{how}");
        assert!(failure.root().message().starts_with("the other side answered xxx"), "{how}");
    }
}

#[tokio::test]
async fn of_updates_validators_and_queries_reach_the_caller_and_the_workflow_goes_on() {
    let client = client().await;
    let input = (String::new(), String::new());
    let run = Relay::start(&client, input).id(unique("large-errors")).await;
    let run = run.expect("it starts");
    let answers = [
        ("update", within(run.change(3000)).await.unwrap_err()),
        ("async update", within(run.change_later()).await.unwrap_err()),
        ("validator", within(run.checked(3000)).await.unwrap_err()),
    ];
    for (how, answer) in answers {
        let Error::UpdateFailed { failure, .. } = answer else { panic!("{how}: {answer:?}") };
        assert!(failure.message().contains("... ("), "{how}");
        let is_typed = how == "async update";
        let kind = application(is_typed.then_some("Answer"), is_typed);
        assert_eq!(failure.kind(), &kind, "{how}");
    }
    for kib in [3, 30, 3000] {
        let answer = within(run.ask(kib)).await.unwrap_err();
        assert!(matches!(answer, Error::QueryFailed { .. }), "{kib}: {}", &answer.to_string());
        let text = format!("{answer:?}");
        assert!(text.contains("xxx") && text.len() < 20_000, "{kib}: {} bytes", text.len());
    }
    run.finish().await.unwrap();
    within(run.result()).await.unwrap();
    assert!(attributes(&run, EventType::WorkflowTaskFailed).await.is_empty());
}

async fn within<T>(answer: impl IntoFuture<Output = durable::Result<T>>) -> durable::Result<T> {
    let answer = tokio::time::timeout(Duration::from_secs(10), answer.into_future()).await;
    answer.expect("the answer comes within 10 s")
}

#[tokio::test]
async fn of_a_bad_input_as_large_as_the_server_takes() {
    let client = client().await;
    let text = "x".repeat((2 << 20) - 70);
    let start = client.start("Relay", "large-errors", Payloads::from(vec![json!(text)]));
    let run = start.id(unique("large-errors")).await;
    let run = run.expect("it starts");
    let end = run.result_within(Duration::from_secs(15)).await;
    let Err(Error::Failed { failure, .. }) = end else { panic!("it does not fail") };
    assert_eq!(failure.kind(), &application(Some(INVALID_INPUT), true));
    assert!(failure.message().len() < 20_000);
}
