//! A workflow that waits for a person: it is approved within 7 days, or escalated.

use durable::prelude::*;

/// The time limit for a decision.
pub const TIME_LIMIT: Duration = Duration::from_secs(7 * 86_400);

/// The decision on an expense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    Approved,
    Rejected,
    Expired,
}

/// Tells a manager about an expense without a decision.
#[activity(queue = "approvals", start_to_close_timeout = "10s")]
pub async fn escalate(expense: String) -> Result<(), ActivityError> {
    println!("expense {expense} needs a manager");
    Ok(())
}

/// An expense that a person decides on, however long that takes.
#[workflow(queue = "approvals", id = "expense-{}")]
#[derive(Default)]
pub struct Expense {
    answer: Option<bool>,
}

#[workflow_methods]
impl Expense {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, expense: String) -> WorkflowResult<Decision> {
        if ctx.wait_condition_timeout(|state| state.answer.is_some(), TIME_LIMIT).await? {
            let approved = ctx.state(|state| state.answer == Some(true));
            return Ok(if approved { Decision::Approved } else { Decision::Rejected });
        }
        escalate::execute(ctx, expense).await?;
        Ok(Decision::Expired)
    }

    /// Decides on the expense.
    #[signal]
    fn decide(&mut self, yes: bool) {
        self.answer = Some(yes);
    }
}
