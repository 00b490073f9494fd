//! Tests of the orders, as the guide shows them.

use durable::testing::TestEnv;

use crate::orders::{OrderWorkflow, charge_payment, order};

#[durable::test]
async fn an_order_completes(env: TestEnv) -> durable::Result<()> {
    let charges = env.mock::<charge_payment>().returns("txn_1".to_owned());

    let output = OrderWorkflow::execute(env.client(), order("TEST-123")).await?;

    assert_eq!(output.status, "completed");
    assert_eq!(output.order_id, "TEST-123");
    assert_eq!(charges.arguments(), [(99.99,)]);
    Ok(())
}

async fn an_order_completes_on_a_server(address: &str) -> durable::Result<()> {
    let env = TestEnv::connect(address).await?;
    let output = OrderWorkflow::execute(env.client(), order("INT-TEST-123")).await?;
    assert_eq!(output.status, "completed");
    env.finish().await?;
    Ok(())
}

#[tokio::test]
async fn an_environment_can_be_on_a_running_server() -> durable::Result<()> {
    let server = tokio::task::spawn_blocking(durable_tests::Shared::get);
    an_order_completes_on_a_server(server.await.expect("it starts").address()).await
}
