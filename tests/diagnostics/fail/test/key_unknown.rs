//! A key with a typing mistake.

use durable::testing::TestEnv;

#[durable::test(crsh)]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
