//! The order: it waits for an approval if it is large, is charged, and is shipped.

use durable::error::ApplicationFailure;
use durable::prelude::*;

/// The total from which a person approves, in euros.
pub const APPROVED_FROM: f64 = 100.0;

/// An order as the page sends it. The page makes the id, so that an order that is sent twice is one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub customer: String,
    pub item: Item,
    pub quantity: u32,
}

/// Everything that the shop sells.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    Lamp,
    Chair,
    Desk,
}

impl Order {
    /// Returns the total in euros. Prices are those of the shop, whatever a page shows.
    pub fn total(&self) -> f64 {
        let price = match self.item {
            Item::Lamp => 25.0,
            Item::Chair => 49.0,
            Item::Desk => 180.0,
        };
        price * f64::from(self.quantity)
    }
}

/// The progress of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Placed,
    WaitingForApproval,
    Charging,
    Shipping,
    Shipped,
    Cancelled,
}

/// The end of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub stage: Stage,
    pub total: f64,
    pub tracking: Option<String>,
}

/// Takes the money. The pause is that of a bank.
#[activity(queue = "web-orders", start_to_close_timeout = "10s")]
pub async fn charge(order_id: String, total: f64) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(400)).await;
    Ok(format!("{order_id}/{total:.2}"))
}

/// Hands the parcel over, and returns its tracking number.
#[activity(queue = "web-orders", start_to_close_timeout = "10s")]
pub async fn ship(order_id: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(400)).await;
    Ok(format!("PARCEL-{}", order_id.chars().take(8).collect::<String>()))
}

/// One order. It is `Serialize`, so the query `state` answers with its fields.
#[workflow(queue = "web-orders", id = "order-{id}")]
#[derive(Default, Serialize)]
pub struct OrderWorkflow {
    stage: Stage,
    total: f64,
    approved_by: Option<String>,
    cancelled: bool,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<Receipt> {
        let total = order.total();
        if order.quantity == 0 {
            let failure = ApplicationFailure::builder("an order has at least one item");
            return Err(failure.type_name("EmptyOrder").non_retryable(true).build().into());
        }
        ctx.state_mut(|state| state.total = total);
        if total >= APPROVED_FROM {
            ctx.state_mut(|state| state.stage = Stage::WaitingForApproval);
            ctx.wait_condition(|state| state.approved_by.is_some() || state.cancelled).await?;
        }
        if ctx.state(|state| state.cancelled) {
            ctx.state_mut(|state| state.stage = Stage::Cancelled);
            return Ok(Receipt { stage: Stage::Cancelled, total, tracking: None });
        }
        ctx.state_mut(|state| state.stage = Stage::Charging);
        charge::execute(ctx, order.id.clone(), total).await?;
        ctx.state_mut(|state| state.stage = Stage::Shipping);
        let tracking = ship::execute(ctx, order.id).await?;
        ctx.state_mut(|state| state.stage = Stage::Shipped);
        Ok(Receipt { stage: Stage::Shipped, total, tracking: Some(tracking) })
    }

    /// Approves the order. A signal, because nobody waits for an answer.
    #[signal]
    fn approve(&mut self, by: String) {
        self.approved_by = Some(by);
    }

    /// Cancels the order. An update, so that the customer learns if it comes too late.
    #[update]
    fn cancel_order(&mut self) -> Stage {
        self.cancelled = true;
        self.stage = Stage::Cancelled;
        self.stage
    }

    #[update_validator(cancel_order)]
    fn is_not_charged(&self) -> Result<(), String> {
        match self.stage {
            Stage::Placed | Stage::WaitingForApproval => Ok(()),
            Stage::Cancelled => Err("the order is cancelled already".to_owned()),
            Stage::Charging | Stage::Shipping | Stage::Shipped => {
                Err("the order is paid already, and can't be cancelled".to_owned())
            }
        }
    }
}
