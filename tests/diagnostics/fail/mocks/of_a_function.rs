//! A mock that is given the activity as a value.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(amount: u32) -> Result<u32, ActivityError> {
    Ok(amount)
}

fn mocked(env: &TestEnv) {
    env.mock(charge).returns(7);
}

fn main() {}
