//! An order and its activities: the first workflow of the guide.

use durable::prelude::*;
use tracing::{debug, info};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderInput {
    pub order_id: String,
    pub customer_email: String,
    pub amount: f64,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub sku: String,
    pub quantity: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderOutput {
    pub order_id: String,
    pub status: String,
    pub message: String,
}

/// Charges the customer.
#[activity(queue = "orders")]
pub async fn charge_payment(amount: f64) -> Result<String, ActivityError> {
    info!("charging ${amount}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(format!("txn_{amount:.2}"))
}

#[workflow(queue = "orders", id = "order-{order_id}")]
#[derive(Default, Serialize)]
pub struct OrderWorkflow {
    stage: String,
}

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        input: OrderInput,
    ) -> WorkflowResult<OrderOutput> {
        info!("processing order {}", input.order_id);
        debug!(items = input.items.len());
        ctx.state_mut(|order| order.stage = String::from("charging"));

        let payment = charge_payment::execute(ctx, input.amount).await?;

        Ok(OrderOutput {
            order_id: input.order_id,
            status: "completed".to_owned(),
            message: format!("paid with {payment}"),
        })
    }
}

/// An order of the tests.
pub fn order(id: &str) -> OrderInput {
    OrderInput {
        order_id: id.to_owned(),
        customer_email: "test@example.com".to_owned(),
        amount: 99.99,
        items: vec![Item { sku: "chair".to_owned(), quantity: 1 }],
    }
}

/// An order in several steps.
pub mod steps {
    use durable::prelude::*;

    #[activity(queue = "orders", start_to_close_timeout = "30s")]
    pub async fn reserve_inventory(items: Vec<String>) -> Result<u32, ActivityError> {
        Ok(u32::try_from(items.len())?)
    }

    #[activity(queue = "orders", start_to_close_timeout = "30s")]
    pub async fn schedule_shipment(address: String) -> Result<String, ActivityError> {
        Ok(format!("tracking-{address}"))
    }

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub struct Purchase {
        pub amount: f64,
        pub items: Vec<String>,
        pub address: String,
    }

    use super::charge_payment;

    /// Each step is an activity that fails and is retried independently.
    #[workflow(queue = "orders")]
    #[derive(Default)]
    pub struct PurchaseWorkflow {
        cancel_reason: Option<String>,
    }

    #[workflow_methods]
    impl PurchaseWorkflow {
        #[run]
        async fn run(ctx: &mut WorkflowContext<Self>, input: Purchase) -> WorkflowResult<String> {
            charge_payment::execute(ctx, input.amount).await?;
            reserve_inventory::execute(ctx, input.items).await?;
            let tracking = schedule_shipment::execute(ctx, input.address).await?;
            Ok(tracking)
        }

        #[signal]
        fn custom_cancel_order(&mut self, ctx: &mut SyncWorkflowContext<Self>, reason: String) {
            self.cancel_reason = Some(reason.clone());
            ctx.request_cancel(reason);
        }

        #[query]
        fn cancel_reason(&self) -> Option<String> {
            self.cancel_reason.clone()
        }
    }
}

use durable::testing::TestEnv;
use durable_tests::eventually;

#[durable::test]
async fn an_order_is_charged(env: TestEnv) -> durable::Result<()> {
    let output = OrderWorkflow::execute(env.client(), order("1")).await?;
    assert_eq!((&*output.order_id, &*output.status), ("1", "completed"));
    assert_eq!(output.message, "paid with txn_99.99");
    Ok(())
}

fn purchase() -> steps::Purchase {
    let items = vec!["chair".to_owned()];
    steps::Purchase { amount: 5.0, items, address: "Rome".to_owned() }
}

#[durable::test]
async fn a_purchase_takes_three_steps(env: TestEnv) -> durable::Result<()> {
    let tracking = steps::PurchaseWorkflow::execute(env.client(), purchase()).await?;
    assert_eq!(tracking, "tracking-Rome");
    Ok(())
}

#[durable::test]
async fn a_signal_of_its_own_cancels_the_activities(env: TestEnv) -> durable::Result<()> {
    let charges = env.mock::<charge_payment>().hangs();
    let purchase = steps::PurchaseWorkflow::start(env.client(), purchase()).await?;
    eventually("charge", async || (charges.count() == 1).then_some(())).await;
    purchase.custom_cancel_order("changed my mind".to_owned()).await?;
    let outcome = purchase.result().await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(purchase.cancel_reason().await?.as_deref(), Some("changed my mind"));
    Ok(())
}
