//! A flag with a value.

use durable::testing::TestEnv;

#[durable::test(crash = true)]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
