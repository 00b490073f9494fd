//! Too few and too many inputs: of workflows, activities, signals, queries and updates.

use durable::Error;
use durable::client::{AnyWorkflowHandle, Payloads};
use durable::prelude::*;
use durable_tests::unique;
use serde_json::{Value, json};

use crate::client;

/// An `Option` under another name.
type Maybe<T> = Option<T>;

#[workflow(queue = "left-out")]
struct Notes {
    text: String,
    closed: bool,
}

#[workflow_methods]
impl Notes {
    #[init]
    fn new(text: String, more: Option<String>, times: Maybe<usize>) -> Self {
        Self { text: (text + &more.unwrap_or_default()).repeat(times.unwrap_or(1)), closed: false }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        ctx.wait_condition(|notes| notes.closed).await?;
        let text = ctx.state(|notes| notes.text.clone());
        let framed = older_frame::execute(ctx, text).await?;
        Ok(framed + &oldest_frame::execute(ctx).await?)
    }

    #[signal]
    fn append(&mut self, text: String, times: Option<usize>) {
        self.text.push_str(&text.repeat(times.unwrap_or(1)));
    }

    #[signal]
    fn close(&mut self, closed: Option<bool>) {
        self.closed = closed.unwrap_or(true);
    }

    #[query]
    fn text(&self, from: Option<usize>, to: Option<usize>) -> String {
        self.text[from.unwrap_or(0)..to.unwrap_or(self.text.len())].to_owned()
    }

    #[update]
    fn replace(&mut self, text: Option<String>) -> String {
        std::mem::replace(&mut self.text, text.unwrap_or_default())
    }

    #[query]
    fn length(&self) -> usize {
        self.text.len()
    }

    #[signal]
    fn reopen(&mut self) {
        self.closed = false;
    }

    #[update]
    fn swap(&mut self, from: String, to: String) {
        self.text = self.text.replace(&from, &to);
    }
}

/// Takes nothing, or one optional input.
#[workflow(queue = "left-out")]
#[derive(Default)]
struct Greeting;

#[workflow_methods]
impl Greeting {
    #[run]
    async fn run(name: Option<String>) -> WorkflowResult<String> {
        Ok(format!("hello {}", name.unwrap_or_else(|| "you".to_owned())))
    }
}

#[workflow(queue = "left-out")]
#[derive(Default)]
struct Nothing;

#[workflow_methods]
impl Nothing {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

/// The activity as it is today.
#[activity(queue = "left-out", name = "frame")]
async fn frame(text: Option<String>, mark: Option<char>) -> String {
    let mark = mark.unwrap_or('*');
    format!("{mark}{}{mark}", text.unwrap_or_default())
}

/// The same for callers who know one input.
#[activity(queue = "left-out", name = "frame")]
async fn older_frame(text: String) -> String;

/// The same for callers who know no input.
#[activity(queue = "left-out", name = "frame")]
async fn oldest_frame() -> String;

/// The same for callers who think that there are three.
#[activity(queue = "left-out", name = "frame")]
async fn newer_frame(text: String, mark: char, width: u32) -> String;

/// The same for callers who have the order wrong.
#[activity(queue = "left-out", name = "frame")]
async fn wrong_frame(text: String, width: u32) -> String;

#[workflow(queue = "left-out")]
#[derive(Default)]
struct WrongCalls;

#[workflow_methods]
impl WrongCalls {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        let many = newer_frame::execute(ctx, "a".to_owned(), '-', 80).await;
        let wrong = wrong_frame::execute(ctx, "a".to_owned(), 80).await;
        Ok([many, wrong].map(|end| format!("{:?}", end.map_err(chain))).to_vec())
    }
}

/// An error with its causes.
fn chain(error: impl std::error::Error + 'static) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn notes(inputs: Vec<Value>) -> durable::Result<AnyWorkflowHandle> {
    client().await.start("Notes", "left-out", inputs).id(unique("notes")).await
}

#[tokio::test]
async fn trailing_optional_inputs_of_a_workflow_are_left_out() -> durable::Result<()> {
    for (inputs, expected) in [
        (vec![json!("a")], "a"),
        (vec![json!("a"), json!("b")], "ab"),
        (vec![json!("a"), json!("b"), json!(2)], "abab"),
        (vec![json!("a"), Value::Null, json!(2)], "aa"),
    ] {
        let notes = notes(inputs).await?;
        assert_eq!(notes.query("text", Payloads::none()).await?.json()?, json!(expected));
        notes.terminate("seen").await?;
    }
    let client = client().await;
    for (inputs, expected) in [(vec![], "hello you"), (vec![json!("Ada")], "hello Ada")] {
        let greeting = client.start("Greeting", "left-out", inputs).await?;
        assert_eq!(greeting.result().await?.json()?, json!(expected));
    }
    Ok(())
}

#[tokio::test]
async fn trailing_optional_inputs_of_handlers_and_activities_are_left_out() -> durable::Result<()> {
    let notes = notes(vec![json!("a")]).await?;
    notes.signal("append", json!("b")).await?;
    notes.signal("append", [json!("c"), json!(2)]).await?;
    let text = |inputs: Vec<Value>| notes.query("text", inputs);
    assert_eq!(text(vec![]).await?.json()?, json!("abcc"));
    assert_eq!(text(vec![json!(1)]).await?.json()?, json!("bcc"));
    assert_eq!(text(vec![json!(1), json!(2)]).await?.json()?, json!("b"));
    assert_eq!(notes.update("replace", json!("new")).await?.json()?, json!("abcc"));
    assert_eq!(notes.update("replace", Payloads::none()).await?.json()?, json!("new"));
    notes.update("replace", json!("end")).await?;
    notes.signal("close", Payloads::none()).await?;
    assert_eq!(notes.result().await?.json()?, json!("*end***"));
    Ok(())
}

#[tokio::test]
async fn a_wrong_number_of_inputs_of_a_workflow_fails_it() -> durable::Result<()> {
    let client = client().await;
    let notes = "(text: String, more: Option<String>, times: Maybe<usize>)";
    for (workflow, inputs, expected) in [
        ("Notes", vec![], format!("expected 1 to 3 inputs {notes}, got none")),
        ("Notes", vec![json!("a"); 4], format!("expected 1 to 3 inputs {notes}, got 4")),
        ("Notes", vec![json!("a"), json!(1)], "input `more: Option<String>`: ".to_owned()),
        ("Greeting", vec![json!("a"); 2], "expected at most 1 input (name: Opt".to_owned()),
        ("Nothing", vec![json!("a")], "expected no input, got 1".to_owned()),
        ("Nothing", vec![json!("a"); 2], "expected no input, got 2".to_owned()),
    ] {
        let failed = client.start(workflow, "left-out", inputs).await?.result().await;
        let Err(error @ Error::Failed { .. }) = failed else { panic!("{workflow}: {failed:?}") };
        let expected = format!("workflow {workflow}: {expected}");
        assert!(chain(error).contains(&expected), "not in it: {expected}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_number_of_inputs_of_a_handler_is_answered() -> durable::Result<()> {
    let notes = notes(vec![json!("a")]).await?;
    let texts = vec![json!("a"); 3];
    for (name, inputs, expected) in [
        ("length", vec![json!(1)], "expected no input, got 1"),
        ("text", vec![json!(1); 3], "expected at most 2 inputs (from: Option<usize>, to: Opt"),
        ("text", vec![json!("a")], "input `from: Option<usize>`: invalid type"),
    ] {
        let error = notes.query(name, inputs).await.expect_err("the inputs are wrong");
        assert!(chain(error).contains(expected), "{name}: not in it: {expected}");
    }
    for (name, inputs, expected) in [
        ("swap", texts[..1].to_vec(), "expected 2 inputs (from: String, to: String), got 1"),
        ("swap", texts.clone(), "expected 2 inputs (from: String, to: String), got 3"),
        ("replace", texts[..2].to_vec(), "expected at most 1 input (text: Option<String>), got 2"),
        ("swap", vec![json!("a"), json!(1)], "input `to: String`: invalid type"),
    ] {
        let error = notes.update(name, inputs).await.expect_err("the inputs are wrong");
        assert!(chain(error).contains(expected), "{name}: not in it: {expected}");
    }
    // Signals that don't fit are dropped.
    notes.signal("reopen", json!(1)).await?;
    notes.signal("append", texts).await?;
    notes.signal("append", Payloads::none()).await?;
    assert_eq!(notes.query("text", Payloads::none()).await?.json()?, json!("a"));
    notes.terminate("seen").await
}

#[tokio::test]
async fn a_wrong_number_of_inputs_of_an_activity_fails_it() -> durable::Result<()> {
    let ends = WrongCalls::execute(&client().await).await?;
    let many = "expected at most 2 inputs (text: Option<String>, mark: Option<char>), got 3";
    assert!(ends[0].contains(many), "{}", ends[0]);
    assert!(ends[1].contains("input `mark: Option<char>`: invalid type"), "{}", ends[1]);
    Ok(())
}
