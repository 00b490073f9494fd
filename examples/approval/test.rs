//! The example as a user runs it, and its purchases, also with killed workers.

use durable::testing::TestEnv;

mod workflow;

use workflow::{Decision, Outcome, PATIENCE, Purchase, Request, ask, place_order};

#[test]
fn it_runs() {
    let text = crate::printed("approval");
    for line in [
        "thank you, Ada: approved",
        "  ordered: a laptop",
        "the laptop: Ordered { approved_by: \"Ada\" }",
        "the yacht: Rejected { by: \"Ada\" }",
        "  to the manager: still waiting: a stapler?",
        "the stapler: NobodyAnswered",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}

fn request() -> Request {
    Request { number: 7, what: "a chair".to_owned() }
}

fn yes(by: &str) -> Decision {
    Decision { by: by.to_owned(), approved: true }
}

#[durable::test(crash)]
async fn an_approval_survives_every_crash(env: TestEnv) -> durable::Result<()> {
    let purchase = Purchase::start(env.client(), request()).await?;
    purchase.decide(yes("Ada")).await?;
    let outcome = purchase.result().await?;
    assert_eq!(outcome, Outcome::Ordered { approved_by: "Ada".to_owned() });
    Ok(())
}

#[durable::test]
async fn the_first_decision_counts(env: TestEnv) -> durable::Result<()> {
    let orders = env.mock::<place_order>().returns(());
    let purchase = Purchase::start(env.client(), request()).await?;
    assert_eq!(purchase.decide(yes("Ada")).await?, "thank you, Ada: approved");
    let second = purchase.decide(yes("Bob")).await;
    assert!(second.is_err(), "{second:?}");
    assert_eq!(purchase.result().await?, Outcome::Ordered { approved_by: "Ada".to_owned() });
    assert_eq!(orders.count(), 1);
    Ok(())
}

#[durable::test]
async fn a_person_is_asked_three_times(env: TestEnv) -> durable::Result<()> {
    let asked = env.mock::<ask>().returns(());
    let purchase = Purchase::start(env.client(), request()).await?;
    assert_eq!(purchase.result().await?, Outcome::NobodyAnswered);
    let reminders: Vec<_> = asked.arguments().into_iter().map(|(_, reminder)| reminder).collect();
    assert_eq!(reminders, [0, 1, 2]);
    assert_eq!(purchase.asked().await?, 3);
    Ok(())
}

#[durable::test]
async fn an_answer_to_a_reminder_is_in_time(env: TestEnv) -> durable::Result<()> {
    let purchase = Purchase::start(env.client(), request()).await?;
    env.skip(PATIENCE * 3 / 2).await?;
    purchase.decide(yes("Eve")).await?;
    assert_eq!(purchase.result().await?, Outcome::Ordered { approved_by: "Eve".to_owned() });
    Ok(())
}
