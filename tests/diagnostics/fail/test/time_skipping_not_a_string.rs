//! A way to skip time without quotes.

use durable::testing::TestEnv;

#[durable::test(time_skipping = never)]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
