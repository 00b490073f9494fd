//! Declared workflows and activities in tests: mocked, or refused with a message that says what to write.

use durable::Registry;
use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "another-company", name = "score_text")]
pub async fn score(text: String, weight: f64) -> Result<f64, ActivityError>;

#[workflow(queue = "another-company", id = "carried-{}")]
pub trait Carrier {
    #[run]
    async fn run(number: String) -> WorkflowResult<String>;

    #[signal]
    fn hurry();
}

/// Calls what it is told to.
#[workflow(queue = "flows")]
#[derive(Default)]
struct CallsOthers;

#[workflow_methods]
impl CallsOthers {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        if text.is_empty() {
            return Ok(Carrier::execute_child(ctx, "7".to_owned()).await?);
        }
        let score = score::execute(ctx, text.clone(), 0.5).await?;
        Ok(format!("{score} for {}", Carrier::execute_child(ctx, text).await?))
    }
}

#[durable::test]
async fn what_is_declared_can_be_mocked(env: TestEnv) -> durable::Result<()> {
    let scores = env.mock::<score>().with(|_, weight| async move { Ok(weight * 10.0) });
    let parcels = env.mock_workflow::<Carrier>().with(|number| async move { Ok(number + "!") });
    let called = CallsOthers::execute(env.client(), "text".to_owned()).await?;
    assert_eq!(called, "5 for text!");
    assert_eq!(scores.arguments(), [("text".to_owned(), 0.5)]);
    assert_eq!(parcels.count(), 1);
    Ok(())
}

#[durable::test]
async fn without_a_mock_it_fails_and_says_what_to_write(env: TestEnv) -> durable::Result<()> {
    for (text, expected) in [
        ("text", "mock it in this test with `env.mock::<score_text>()`"),
        ("", "mock it in this test with `env.mock_workflow::<Carrier>()`"),
    ] {
        let failed = CallsOthers::execute(env.client(), text.to_owned()).await;
        let Err(durable::Error::Failed { failure, .. }) = failed else { panic!("{failed:?}") };
        assert!(failure.root().message().ends_with(expected), "{}", failure.root());
    }
    Ok(())
}

#[test]
fn the_registry_lists_it_apart_from_what_this_program_serves() {
    let registry = Registry::collect().expect("the annotations are sound");
    assert!(registry.queue("another-company").is_none());
    let (_, queue) = registry.declared().find(|(name, _)| *name == "another-company").unwrap();
    let workflows: Vec<_> = queue.workflows().iter().map(|entry| entry.name).collect();
    assert_eq!(workflows, ["Carrier"]);
    assert_eq!(queue.workflows()[0].signals[0].name, "hurry");
    assert_eq!(queue.activities()[0].name, "score_text");
    assert_eq!(queue.activities()[0].parameters.len(), 2);
}
