//! A mock whose function is not async.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order}: {amount}"))
}

fn mocked(env: &TestEnv) {
    env.mock::<charge>().with(|order, _amount| Ok(order));
}

fn main() {}
