//! A parent with its real child, and with a mocked child.

use durable::testing::TestEnv;

use crate::approval::{Decision, Expense, escalate};
use crate::reimbursement::Reimbursement;

#[durable::test]
async fn an_approved_expense_is_paid(env: TestEnv) -> durable::Result<()> {
    let approvals = env.mock_workflow::<Expense>().returns(Decision::Approved);

    let outcome = Reimbursement::execute(env.client(), "7".to_owned()).await?;

    assert_eq!(outcome, "7 is paid");
    assert_eq!(approvals.arguments(), [("7".to_owned(),)]);
    Ok(())
}

#[durable::test]
async fn the_days_of_a_child_are_skipped_too(env: TestEnv) -> durable::Result<()> {
    env.mock::<escalate>().must_be_called().returns(());
    let outcome = Reimbursement::execute(env.client(), "7".to_owned()).await?;
    assert_eq!(outcome, "7 is not paid");
    Ok(())
}
