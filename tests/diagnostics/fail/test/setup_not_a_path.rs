//! A setup that is no function with a name.

use durable::testing::TestEnv;

#[durable::test(setup = |builder| builder)]
async fn an_order_waits(env: TestEnv) -> durable::Result<()> {
    drop(env);
    Ok(())
}

fn main() {}
