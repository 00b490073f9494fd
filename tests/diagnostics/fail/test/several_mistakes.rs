//! Each mistake of a test is reported, in one compile.

use durable::testing::TestEnv;

#[durable::test(crsh, time_skipping = "sometimes", setup = "with_ledger")]
#[should_panic = "no ledger"]
fn an_order_waits(env: TestEnv, number: u32) {
    drop((env, number));
}

// What other code names is there in spite of the mistakes.
fn caller(env: TestEnv) {
    an_order_waits(env, 1);
}

fn main() {}
