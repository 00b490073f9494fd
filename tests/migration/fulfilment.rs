//! An order that is fulfilled in five steps, on two queues.

use durable::prelude::*;
use tracing::{error, info};

use crate::emails::{send_order_confirmation, send_shipping_notification};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment {
    pub success: bool,
    pub transaction_id: String,
}

#[activity(queue = "default", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn process_payment(order_id: u64, method: String) -> Result<Payment, ActivityError> {
    Ok(Payment { success: method != "cash", transaction_id: format!("txn-{order_id}") })
}

#[activity(queue = "default", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn reserve_inventory(product_ids: Vec<u64>) -> Result<String, ActivityError> {
    Ok(format!("warehouse-{}", product_ids.len()))
}

#[activity(queue = "default", start_to_close_timeout = "30s")]
pub async fn refund_payment(transaction_id: String) -> Result<(), ActivityError> {
    info!("refunding {transaction_id}");
    Ok(())
}

/// May take hours, so it sends heartbeats.
#[activity(queue = "default", start_to_close_timeout = "24h", heartbeat_timeout = "5m")]
pub async fn ship_order(
    ctx: ActivityContext,
    order_id: u64,
    warehouse_id: String,
) -> Result<String, ActivityError> {
    ctx.heartbeat(&"packed").await?;
    Ok(format!("tracking-{order_id}-{warehouse_id}"))
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Fulfilment {
    Completed { order_id: u64, tracking_number: String },
    Failed { reason: String },
}

#[workflow(queue = "default", id = "order-fulfillment-{order_id}")]
#[derive(Default)]
pub struct OrderFulfillmentWorkflow;

#[workflow_methods]
impl OrderFulfillmentWorkflow {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        order_id: u64,
        user_email: String,
        product_ids: Vec<u64>,
        payment_method: String,
    ) -> WorkflowResult<Fulfilment> {
        info!("starting the fulfilment of order {order_id}");

        let payment = process_payment::execute(ctx, order_id, payment_method).await?;
        if !payment.success {
            error!("the payment of order {order_id} failed");
            return Ok(Fulfilment::Failed { reason: "payment_failed".to_owned() });
        }

        let warehouse_id = match reserve_inventory::execute(ctx, product_ids).await {
            Ok(warehouse_id) => warehouse_id,
            Err(failed) => {
                error!("the payment is refunded, because the reservation failed: {failed}");
                refund_payment::execute(&ctx.detached(), payment.transaction_id).await?;
                return Ok(Fulfilment::Failed { reason: "inventory_unavailable".to_owned() });
            }
        };

        send_order_confirmation::execute(ctx, order_id, user_email.clone()).await?;
        let tracking_number = ship_order::execute(ctx, order_id, warehouse_id).await?;
        send_shipping_notification::execute(ctx, order_id, user_email, tracking_number.clone())
            .await?;

        info!("order {order_id} is fulfilled");
        Ok(Fulfilment::Completed { order_id, tracking_number })
    }
}

mod tests {
    use std::sync::Arc;

    use durable::testing::{TestEnv, TestEnvBuilder};

    use super::*;
    use crate::emails::EmailService;
    use crate::emails::tests::Outbox;

    fn with_emails(env: TestEnvBuilder) -> TestEnvBuilder {
        env.shared_state::<dyn EmailService>(Arc::new(Outbox::default()))
    }

    #[durable::test(setup = with_emails)]
    async fn an_order_is_fulfilled(env: TestEnv) -> durable::Result<()> {
        let order = OrderFulfillmentWorkflow::execute(
            env.client(),
            1,
            "test@example.com".to_owned(),
            vec![101, 102],
            "credit_card".to_owned(),
        );

        let Fulfilment::Completed { tracking_number, .. } = order.await? else {
            panic!("the order is not fulfilled")
        };
        assert_eq!(tracking_number, "tracking-1-warehouse-2");
        Ok(())
    }

    #[durable::test(setup = with_emails)]
    async fn a_confirmation_is_tried_again(env: TestEnv) -> durable::Result<()> {
        let confirmations = env.mock::<send_order_confirmation>().fails_first(9);
        let confirmations = confirmations.returns("sent".to_owned());
        let card = "credit_card".to_owned();
        let order = OrderFulfillmentWorkflow::execute(env.client(), 1, card.clone(), vec![7], card);
        assert!(matches!(order.await?, Fulfilment::Completed { .. }));
        assert_eq!(confirmations.count(), 10);
        Ok(())
    }

    #[durable::test(setup = with_emails)]
    async fn an_order_that_cant_be_fulfilled_is_refunded(env: TestEnv) -> durable::Result<()> {
        env.mock::<reserve_inventory>().fails_for_good("OutOfStock", "no chairs");
        let refunds = env.mock::<refund_payment>().must_be_called().returns(());
        let ada = || "ada@example.com".to_owned();
        let order = OrderFulfillmentWorkflow::execute(env.client(), 1, ada(), vec![7], ada());
        let failed = |reason: &str| Fulfilment::Failed { reason: reason.to_owned() };
        assert_eq!(order.await?, failed("inventory_unavailable"));
        assert_eq!(refunds.arguments(), [("txn-1".to_owned(),)]);

        let cash = "cash".to_owned();
        let order = OrderFulfillmentWorkflow::execute(env.client(), 2, ada(), vec![7], cash);
        assert_eq!(order.await?, failed("payment_failed"));
        Ok(())
    }
}
