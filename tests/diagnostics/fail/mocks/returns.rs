//! A mock that returns a value of another type.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order}: {amount}"))
}

fn mocked(env: &TestEnv) {
    env.mock::<charge>().returns(12);
}

fn main() {}
