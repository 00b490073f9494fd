//! A test that returns a number.

use durable::testing::TestEnv;

#[durable::test]
async fn an_order_waits(env: TestEnv) -> u32 {
    drop(env);
    1
}

fn main() {}
