//! Workflows that wait for a person.

use durable::prelude::*;
use tracing::info;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovalInput {
    pub approver_email: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalOutput {
    pub status: String,
}

#[activity(queue = "approvals", start_to_close_timeout = "30s")]
pub async fn send_approval_request(email: String) -> Result<(), ActivityError> {
    info!("asking {email}");
    Ok(())
}

#[workflow(queue = "approvals")]
#[derive(Default)]
pub struct ApprovalWorkflow {
    approved: bool,
    rejected: bool,
}

#[workflow_methods]
impl ApprovalWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        input: ApprovalInput,
    ) -> WorkflowResult<ApprovalOutput> {
        send_approval_request::execute(ctx, input.approver_email).await?;

        let day = Duration::from_secs(24 * 3600);
        ctx.wait_condition_timeout(|state| state.approved || state.rejected, day).await?;

        let status = if ctx.state(|state| state.approved) { "approved" } else { "rejected" };
        Ok(ApprovalOutput { status: status.to_owned() })
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[signal]
    fn reject(&mut self) {
        self.rejected = true;
    }
}

#[activity(queue = "approvals", start_to_close_timeout = "30s")]
pub async fn notify(who: String, about: String) -> Result<(), ActivityError> {
    info!("telling {who} about {about}");
    Ok(())
}

#[activity(queue = "approvals", start_to_close_timeout = "5m")]
pub async fn process_approved_request(request_id: u64) -> Result<String, ActivityError> {
    Ok(format!("request {request_id} is done"))
}

/// The end of a request.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RequestOutcome {
    Approved { result: String },
    Rejected { comment: String },
    TimedOut,
}

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Decision {
    approved: bool,
    comment: String,
}

#[workflow(queue = "approvals", id = "request-{request_id}")]
#[derive(Default)]
pub struct RequestWorkflow {
    decision: Option<Decision>,
}

#[workflow_methods]
impl RequestWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        request_id: u64,
        data: String,
    ) -> WorkflowResult<RequestOutcome> {
        info!("waiting for the approval of request {request_id}");
        notify::execute(ctx, "the approvers".to_owned(), data).await?;

        ctx.wait_condition_timeout(|state| state.decision.is_some(), WEEK).await?;

        match ctx.state(|state| state.decision.clone()) {
            Some(Decision { approved: true, .. }) => {
                let result = process_approved_request::execute(ctx, request_id).await?;
                Ok(RequestOutcome::Approved { result })
            }
            Some(Decision { comment, .. }) => Ok(RequestOutcome::Rejected { comment }),
            None => Ok(RequestOutcome::TimedOut),
        }
    }

    #[signal]
    fn approve(&mut self, comment: Option<String>) {
        self.decision = Some(Decision { approved: true, comment: comment.unwrap_or_default() });
    }

    #[signal]
    fn reject(&mut self, comment: Option<String>) {
        self.decision = Some(Decision { approved: false, comment: comment.unwrap_or_default() });
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpenseStatus {
    pub approved: bool,
    pub rejected: bool,
    pub pending: bool,
}

#[workflow(queue = "approvals", id = "expense-{expense_id}")]
#[derive(Default)]
pub struct ExpenseApprovalWorkflow {
    approved: bool,
    rejected: bool,
}

#[workflow_methods]
impl ExpenseApprovalWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        expense_id: String,
        amount: f64,
    ) -> WorkflowResult<String> {
        notify::execute(ctx, "the manager".to_owned(), format!("{expense_id}: {amount}")).await?;

        if !ctx.wait_condition_timeout(|state| state.approved || state.rejected, WEEK).await? {
            notify::execute(ctx, "the employee".to_owned(), "timeout".to_owned()).await?;
            return Ok("timeout".to_owned());
        }
        let answer = if ctx.state(|state| state.approved) { "approved" } else { "rejected" };
        notify::execute(ctx, "the employee".to_owned(), answer.to_owned()).await?;
        Ok(answer.to_owned())
    }

    /// Approves the expense.
    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    /// Rejects the expense.
    #[signal]
    fn reject(&mut self) {
        self.rejected = true;
    }

    #[query]
    fn get_status(&self) -> ExpenseStatus {
        let Self { approved, rejected } = *self;
        ExpenseStatus { approved, rejected, pending: !(approved || rejected) }
    }
}

async fn approve_expense(client: &Client, workflow_id: &str) -> durable::Result<()> {
    ExpenseApprovalWorkflow::handle(client, workflow_id).approve().await?;
    println!("approved {workflow_id}");
    Ok(())
}

mod tests {
    use durable::testing::TestEnv;

    use super::*;

    fn input() -> ApprovalInput {
        ApprovalInput { approver_email: "ada@example.com".to_owned() }
    }

    #[durable::test]
    async fn an_approval_is_waited_for_and_given_up(env: TestEnv) -> durable::Result<()> {
        let asked = env.mock::<send_approval_request>().returns(());
        let refused = ApprovalWorkflow::execute(env.client(), input()).await?;
        assert_eq!(refused.status, "rejected");
        assert_eq!(asked.arguments(), [("ada@example.com".to_owned(),)]);

        let approval = ApprovalWorkflow::start(env.client(), input()).await?;
        env.skip(Duration::from_secs(23 * 3600)).await?;
        approval.approve().await?;
        assert_eq!(approval.result().await?.status, "approved");
        Ok(())
    }

    #[durable::test]
    async fn a_request_is_approved_rejected_or_forgotten(env: TestEnv) -> durable::Result<()> {
        let request = |id| RequestWorkflow::start(env.client(), id, "a desk".to_owned());
        let approved = request(1).await?;
        approved.approve(None).await?;
        let result = "request 1 is done".to_owned();
        assert_eq!(approved.result().await?, RequestOutcome::Approved { result });
        let (rejected, comment) = (request(2).await?, "too large".to_owned());
        rejected.reject(Some(comment.clone())).await?;
        assert_eq!(rejected.result().await?, RequestOutcome::Rejected { comment });
        assert_eq!(request(3).await?.result().await?, RequestOutcome::TimedOut);
        Ok(())
    }

    #[durable::test]
    async fn an_expense_is_approved_from_outside(env: TestEnv) -> durable::Result<()> {
        let told = env.mock::<notify>().returns(());
        let expense = || ExpenseApprovalWorkflow::start(env.client(), "7".to_owned(), 12.5);
        let approved = expense().await?;
        let pending = ExpenseStatus { approved: false, rejected: false, pending: true };
        assert_eq!(approved.get_status().await?, pending);
        approve_expense(env.client(), "expense-7").await?;
        assert_eq!(approved.result().await?, "approved");
        assert_eq!(expense().await?.result().await?, "timeout");
        assert_eq!(told.count(), 4);
        Ok(())
    }
}
