//! A mock that takes an amount as text.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order}: {amount}"))
}

fn mocked(env: &TestEnv) {
    env.mock::<charge>().with(|order: String, amount: String| async move { Ok(order + &amount) });
}

fn main() {}
