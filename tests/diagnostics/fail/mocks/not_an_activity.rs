//! A mock of a function that is no activity, and of a workflow as one.

use durable::prelude::*;
use durable::testing::TestEnv;

struct Charge;

#[workflow(queue = "orders")]
#[derive(Default)]
struct OrderWorkflow;

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

fn mocked(env: &TestEnv) {
    env.mock::<Charge>().panics("never");
    env.mock::<OrderWorkflow>().panics("never");
}

fn main() {}
