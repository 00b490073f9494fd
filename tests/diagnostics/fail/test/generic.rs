//! A test for every type.

use durable::testing::TestEnv;

#[durable::test]
async fn an_order_waits<T>(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
