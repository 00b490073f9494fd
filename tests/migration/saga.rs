//! A distributed transaction with compensations.

use durable::prelude::*;
use durable::workflow::Saga;
use tracing::info;

#[activity(queue = "order-processing", start_to_close_timeout = "10s", retry(maximum_attempts = 3))]
pub async fn reserve_inventory(order_id: String) -> Result<String, ActivityError> {
    Ok(format!("reservation-{order_id}"))
}

/// Compensates a reservation.
#[activity(queue = "order-processing", start_to_close_timeout = "10s")]
pub async fn release_inventory(reservation_id: String) -> Result<(), ActivityError> {
    info!("releasing {reservation_id}");
    Ok(())
}

#[activity(queue = "order-processing", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
pub async fn charge_payment(order_id: String) -> Result<String, ActivityError> {
    Ok(format!("payment-{order_id}"))
}

/// Compensates a payment.
#[activity(queue = "order-processing", start_to_close_timeout = "30s")]
pub async fn refund_payment(payment_id: String) -> Result<(), ActivityError> {
    info!("refunding {payment_id}");
    Ok(())
}

#[activity(queue = "order-processing", start_to_close_timeout = "5m", retry(maximum_attempts = 3))]
pub async fn ship_order(order_id: String) -> Result<String, ActivityError> {
    Ok(format!("tracking-{order_id}"))
}

#[workflow(queue = "order-processing", id = "order-saga-{order_id}")]
#[derive(Default, Serialize)]
pub struct OrderSagaWorkflow;

#[workflow_methods]
impl OrderSagaWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order_id: String) -> WorkflowResult<String> {
        let mut saga = Saga::new();
        let outcome = Self::process(ctx, &mut saga, order_id).await;
        // Undoes the steps, the last first, unless the outcome is a success.
        saga.end(outcome).await
    }
}

impl OrderSagaWorkflow {
    async fn process<'a>(
        ctx: &'a WorkflowContext<Self>,
        saga: &mut Saga<'a>,
        order_id: String,
    ) -> WorkflowResult<String> {
        info!("reserving inventory for {order_id}");
        let reservation_id = reserve_inventory::execute(ctx, order_id.clone()).await?;
        saga.undo_with(release_inventory::execute(ctx, reservation_id));

        info!("charging {order_id}");
        let payment_id = charge_payment::execute(ctx, order_id.clone()).await?;
        saga.undo_with(refund_payment::execute(ctx, payment_id));

        info!("shipping {order_id}");
        let tracking_number = ship_order::execute(ctx, order_id.clone()).await?;
        Ok(format!("order {order_id} completed, tracking: {tracking_number}"))
    }
}

async fn execute_order(client: &Client) -> durable::Result<String> {
    let handle = OrderSagaWorkflow::start(client, "order_123".to_owned()).await?;
    println!("started workflow {}", handle.id());

    let result = handle.result().await?;
    println!("result: {result}");

    let description = handle.describe().await?;
    println!("status: {:?}", description.status());
    Ok(result)
}

mod tests {
    use durable::Error;
    use durable::testing::TestEnv;

    use super::*;

    #[durable::test]
    async fn an_order_is_processed(env: TestEnv) -> durable::Result<()> {
        let result = execute_order(env.client()).await?;
        assert_eq!(result, "order order_123 completed, tracking: tracking-order_123");
        Ok(())
    }

    #[durable::test]
    async fn a_failed_order_is_compensated(env: TestEnv) -> durable::Result<()> {
        env.mock::<ship_order>().fails_for_good("NoVan", "the van broke down");
        let refunded = env.mock::<refund_payment>().must_be_called().returns(());
        let released = env.mock::<release_inventory>().must_be_called().returns(());
        let outcome = OrderSagaWorkflow::execute(env.client(), "7".to_owned()).await;
        assert!(matches!(outcome, Err(Error::Failed { .. })), "{outcome:?}");
        assert_eq!(refunded.arguments(), [("payment-7".to_owned(),)]);
        assert_eq!(released.arguments(), [("reservation-7".to_owned(),)]);
        Ok(())
    }
}
