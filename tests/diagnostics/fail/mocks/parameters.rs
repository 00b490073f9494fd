//! A mock with too few parameters.

use durable::prelude::*;
use durable::testing::TestEnv;

#[activity(queue = "payments")]
async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("{order}: {amount}"))
}

fn mocked(env: &TestEnv) {
    env.mock::<charge>().with(|order| async move { Ok(order) });
}

fn main() {}
