//! A key that is set twice.

use durable::testing::TestEnv;

#[durable::test(crash, time_skipping = "never", crash)]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
