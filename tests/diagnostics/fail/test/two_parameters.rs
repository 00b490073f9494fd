//! A test that takes more than its environment.

use durable::testing::TestEnv;

#[durable::test]
async fn an_order_waits(env: TestEnv, number: u32, text: &str) -> durable::Result<()> {
    drop((env, number, text));
    Ok(())
}

fn main() {}
