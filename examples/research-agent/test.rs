//! The example as a user runs it, and the agent with a model that fails.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::testing::TestEnv;

mod model;
mod workflow;

use model::{Model, Overloaded, Parrot};
use workflow::{Research, Review, Stage, ask_model, shared, waiting};

#[test]
fn it_runs() {
    let text = crate::printed("research-agent");
    for line in [
        "it asks: what is durable execution? who needs durable execution?",
        "approved, with one more: 3 questions",
        "much has been written on \"is it new\"",
        "mind: shorter, please",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}

/// Overloaded at every other call.
#[derive(Default)]
struct Busy(AtomicU32);

impl Model for Busy {
    fn answer(&self, prompt: &str) -> Result<String, Overloaded> {
        if self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return Err(Overloaded);
        }
        Parrot.answer(prompt)
    }
}

#[durable::test]
async fn a_busy_model_is_asked_again(env: TestEnv) -> durable::Result<()> {
    env.shared_state(shared(Busy::default()));
    let research = Research::start(env.client(), "tea".to_owned()).await?;
    let Stage::Proposed(questions) = waiting(&research).await? else { panic!("no questions") };
    research.approve(questions).await?;
    research.review(Review::Accept).await?;
    assert!(research.result().await?.starts_with("REPORT\nmuch has been written"));
    Ok(())
}

#[durable::test]
async fn a_person_has_the_say(env: TestEnv) -> durable::Result<()> {
    let asked = env.mock::<ask_model>().with(|prompt| async move { Ok(prompt) });
    let research = Research::start(env.client(), "tea".to_owned()).await?;
    waiting(&research).await?;
    let nothing = research.approve(Vec::new()).await;
    let Err(durable::Error::UpdateFailed { failure, .. }) = nothing else { panic!("{nothing:?}") };
    assert_eq!(failure.root().message(), "at least one question");
    assert_eq!(research.approve(vec!["why?".to_owned()]).await?, 1);
    research.review(Review::Accept).await?;
    assert_eq!(research.result().await?, "report: answer: why?");
    assert_eq!(asked.count(), 3);
    Ok(())
}
