//! A parent and its child: a child workflow approves an expense, and the parent pays it.

use durable::prelude::*;

use crate::approval::{Decision, Expense};

/// Pays an expense if it is approved.
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
