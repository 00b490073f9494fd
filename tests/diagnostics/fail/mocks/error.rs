//! A mock that fails with another error type.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order}: {amount}"))
}

fn mocked(env: &TestEnv) {
    env.mock::<charge>().with(|order, _amount| async move { Err::<String, String>(order) });
}

fn main() {}
