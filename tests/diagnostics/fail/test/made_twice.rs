//! A test that another attribute makes, too.

use durable::testing::TestEnv;

#[durable::test]
#[tokio::test]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

#[durable::test]
#[test]
async fn an_order_ships(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
