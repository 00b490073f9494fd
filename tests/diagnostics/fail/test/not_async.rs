//! A test that cannot wait.

use durable::testing::TestEnv;

#[durable::test]
fn an_order_waits(env: TestEnv) {
    drop(env);
}

fn main() {}
