//! A setup that returns nothing.

use durable::testing::{TestEnv, TestEnvBuilder};

fn with_ledger(builder: TestEnvBuilder) {
    drop(builder);
}

#[durable::test(setup = with_ledger)]
async fn an_order_waits(env: TestEnv) {
    drop(env);
}

fn main() {}
