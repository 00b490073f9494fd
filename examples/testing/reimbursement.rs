//! A parent and its child: an expense is approved by a workflow of its own, and then paid.

use durable::prelude::*;

use crate::approval::{Decision, Expense};

/// Pays an expense, if its approval says so.
#[workflow(queue = "approvals")]
#[derive(Default)]
pub struct Reimbursement;

#[workflow_methods]
impl Reimbursement {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, expense: String) -> WorkflowResult<String> {
        Ok(match Expense::execute_child(ctx, expense.clone()).await? {
            Decision::Approved => format!("{expense} is paid"),
            Decision::Rejected | Decision::Expired => format!("{expense} is not paid"),
        })
    }
}
