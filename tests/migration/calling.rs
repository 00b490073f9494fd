//! Starts with options, many at once, and their errors.

use durable::Error;
use durable::client::{Idempotency, start_all};
use durable::options::RetryOptions;
use durable::prelude::*;
use durable::workflow::SearchAttributeKey;

use crate::orders::{OrderInput, OrderOutput, OrderWorkflow, OrderWorkflowHandle};

async fn create_urgent_order(
    client: &Client,
    order: OrderInput,
) -> durable::Result<OrderWorkflowHandle> {
    OrderWorkflow::start(client, order)
        .execution_timeout(Duration::from_secs(30 * 60))
        .run_timeout(Duration::from_secs(15 * 60))
        .retry(
            RetryOptions::new()
                .maximum_attempts(2)
                .initial_interval(Duration::from_secs(1))
                .maximum_interval(Duration::from_secs(10))
                .backoff_coefficient(2.0),
        )
        .await
}

durable::search_attributes! {
    /// The customer of an order.
    const CUSTOMER: SearchAttributeKey<String> = SearchAttributeKey::keyword("Customer");
    /// The amount of an order, in dollars.
    const AMOUNT: SearchAttributeKey<f64> = SearchAttributeKey::float("OrderAmount");
}

async fn create_tracked_order(
    client: &Client,
    order: OrderInput,
) -> durable::Result<OrderWorkflowHandle> {
    let (email, amount) = (order.customer_email.clone(), order.amount);
    OrderWorkflow::start(client, order)
        .memo("customer_email", email.clone())
        .memo("order_amount", amount)
        .search_attribute(&CUSTOMER, email)
        .search_attribute(&AMOUNT, amount)
        .await
}

async fn create_batch_orders(
    client: &Client,
    orders: Vec<OrderInput>,
) -> durable::Result<Vec<String>> {
    let starts = orders.into_iter().map(|order| OrderWorkflow::start(client, order));
    let started = start_all(starts).await;
    started.into_iter().map(|handle| Ok(handle?.id().to_owned())).collect()
}

async fn create_order_safe(client: &Client, order: OrderInput) -> durable::Result<String> {
    match OrderWorkflow::execute(client, order).await {
        Ok(output) => Ok(output.status),
        Err(Error::AlreadyStarted { .. }) => Ok("already running".to_owned()),
        Err(Error::Failed { failure, .. }) => Ok(format!("failed: {}", failure.root())),
        // The server can't be reached, the workflow was cancelled, and so on.
        Err(error) => Err(error),
    }
}

async fn types(client: &Client, order: OrderInput) -> durable::Result<()> {
    let handle: OrderWorkflowHandle = OrderWorkflow::start(client, order).await?;
    let result: OrderOutput = handle.result().await?;
    println!("{}", result.order_id);
    println!("{}", result.status);
    // println!("{}", result.invalid);      a compile error
    Ok(())
}

async fn once_a_day(client: &Client, order: OrderInput, date: &str) -> durable::Result<String> {
    let workflow_id = format!("order-{}-{date}", order.order_id);
    let start = OrderWorkflow::start(client, order).id(workflow_id);
    let handle = start.idempotency(Idempotency::UseExisting).await?;
    Ok(handle.run_id().unwrap_or_default().to_owned())
}

mod tests {
    use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
    use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
    use durable::testing::TestEnv;
    use durable_tests::eventually;

    use super::*;
    use crate::orders::{charge_payment, order};

    #[durable::test]
    async fn an_urgent_order_has_its_own_options(env: TestEnv) -> durable::Result<()> {
        let handle = create_urgent_order(env.client(), order("1")).await?;
        let started = EventType::WorkflowExecutionStarted;
        let started = durable_tests::attributes(&handle, started).await.remove(0);
        let Attributes::WorkflowExecutionStartedEventAttributes(started) = started else {
            panic!("{started:?}")
        };
        let seconds = |duration: Option<_>| {
            Duration::try_from(duration.unwrap_or_default()).expect("it is positive").as_secs()
        };
        assert_eq!(seconds(started.workflow_execution_timeout), 1800);
        assert_eq!(seconds(started.workflow_run_timeout), 900);
        assert_eq!(started.retry_policy.map(|retry| retry.maximum_attempts), Some(2));
        handle.result().await?;
        Ok(())
    }

    #[durable::test]
    async fn a_tracked_order_is_found(env: TestEnv) -> durable::Result<()> {
        let handle = create_tracked_order(env.client(), order("1")).await?;
        handle.result().await?;
        let customer = "test@example.com";
        let found = eventually("order", async || {
            let found = env.client().list::<OrderWorkflow>();
            let found = found.search_attribute(&CUSTOMER, customer.to_owned());
            found.search_attribute_in(&AMOUNT, 90.0..).await.expect("a list").pop()
        });
        let found = found.await;
        assert_eq!(found.id(), "order-1");
        let email: Option<String> = found.memo().get("customer_email").expect("it is text");
        assert_eq!(email.as_deref(), Some(customer));
        Ok(())
    }

    #[durable::test]
    async fn a_batch_starts_all_orders(env: TestEnv) -> durable::Result<()> {
        let ids = create_batch_orders(env.client(), vec![order("1"), order("2")]).await?;
        assert_eq!(ids, ["order-1", "order-2"]);
        for id in ids {
            OrderWorkflow::handle(env.client(), id).result().await?;
        }
        Ok(())
    }

    #[durable::test]
    async fn errors_are_told_apart(env: TestEnv) -> durable::Result<()> {
        assert_eq!(create_order_safe(env.client(), order("1")).await?, "completed");
        env.mock::<charge_payment>().fails_for_good("CardDeclined", "no funds");
        let failed = create_order_safe(env.client(), order("2")).await?;
        assert_eq!(failed, "failed: CardDeclined: no funds");
        env.mock::<charge_payment>().hangs();
        let third = OrderWorkflow::start(env.client(), order("3")).await?;
        assert_eq!(create_order_safe(env.client(), order("3")).await?, "already running");
        third.terminate("the test is done").await?;
        Ok(())
    }

    #[durable::test]
    async fn results_have_their_type(env: TestEnv) -> durable::Result<()> {
        types(env.client(), order("1")).await
    }

    #[durable::test]
    async fn an_order_starts_once_a_day(env: TestEnv) -> durable::Result<()> {
        env.mock::<charge_payment>().hangs();
        let first = once_a_day(env.client(), order("1"), "2026-01-31").await?;
        assert_eq!(once_a_day(env.client(), order("1"), "2026-01-31").await?, first);
        assert_ne!(once_a_day(env.client(), order("1"), "2026-02-01").await?, first);
        Ok(())
    }
}
