//! The order: approved by a person where it is large, charged, shipped.

use durable::prelude::*;

use crate::activities::{charge_payment, final_failure, ship_order};
use crate::model::{Order, Receipt, Status};

/// The time that a person has to approve. In a shop it would be days, and the code would be the same.
const PATIENCE: Duration = Duration::from_secs(4);

/// One order, from its arrival to its parcel.
#[workflow(queue = "orders", id = "order-{order_id}")]
#[derive(Default)]
pub struct OrderWorkflow {
    status: Status,
    approved: Option<bool>,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Receipt> {
        if order.amount <= 0.0 {
            let problem = format!("an order cannot cost {:.2}", order.amount);
            return Err(final_failure("InvalidOrder", problem).into());
        }
        if order.needs_approval() {
            Self::approval(ctx).await?;
        }
        ctx.state_mut(|order| order.status = Status::Charging);
        let transaction =
            charge_payment::execute(ctx, order.order_id.clone(), order.amount, order.card)
                .summary(format!("{:.2} from {}", order.amount, order.customer))
                .await?;
        ctx.state_mut(|order| order.status = Status::Shipping);
        let tracking = ship_order::execute(ctx, order.order_id).await?;
        ctx.state_mut(|order| order.status = Status::Shipped);
        Ok(Receipt { transaction, tracking })
    }

    /// A person's answer to an order that needs one.
    #[signal]
    fn approve(&mut self, yes: bool) {
        self.approved = Some(yes);
    }

    /// Returns the progress of the order.
    #[query]
    fn status(&self) -> Status {
        self.status
    }
}

impl OrderWorkflow {
    async fn approval(ctx: &WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.state_mut(|order| order.status = Status::WaitingForApproval);
        let answered = ctx.wait_condition_timeout(|order| order.approved.is_some(), PATIENCE);
        let problem = match (answered.await?, ctx.state(|order| order.approved)) {
            (true, Some(true)) => return Ok(()),
            (true, _) => "it was not approved".to_owned(),
            (false, _) => format!("nobody approved it within {PATIENCE:?}"),
        };
        Err(final_failure("NotApproved", problem).into())
    }
}
