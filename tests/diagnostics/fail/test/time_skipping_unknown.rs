//! A way to skip time with a typing mistake.

use durable::testing::TestEnv;

#[durable::test(time_skipping = "nevr")]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
