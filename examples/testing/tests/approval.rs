//! Tests of a workflow that waits for days, with and without an answer.

use durable::testing::TestEnv;

use crate::approval::{Decision, Expense, TIME_LIMIT, escalate};

#[durable::test]
async fn an_answer_on_the_sixth_day_is_in_time(env: TestEnv) -> durable::Result<()> {
    let escalations = env.mock::<escalate>().returns(());
    let expense = Expense::start(env.client(), "7".to_owned()).await?;

    env.skip(TIME_LIMIT * 6 / 7).await?;
    expense.decide(true).await?;

    assert_eq!(expense.result().await?, Decision::Approved);
    assert_eq!(escalations.count(), 0);
    Ok(())
}

#[durable::test]
async fn without_an_answer_an_expense_is_escalated(env: TestEnv) -> durable::Result<()> {
    let escalations = env.mock::<escalate>().returns(());

    let decision = Expense::execute(env.client(), "7".to_owned()).await?;

    assert_eq!(decision, Decision::Expired);
    assert_eq!(escalations.arguments(), [("7".to_owned(),)]);
    Ok(())
}

#[durable::test]
async fn an_expense_can_be_rejected(env: TestEnv) -> durable::Result<()> {
    let expense = Expense::start(env.client(), "7".to_owned()).await?;
    expense.decide(false).await?;
    assert_eq!(expense.result().await?, Decision::Rejected);
    Ok(())
}
