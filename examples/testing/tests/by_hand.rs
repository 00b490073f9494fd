//! An environment without `#[durable::test]`, as for other test frameworks and other servers.

use durable::testing::TestEnv;

use crate::approval::{Decision, Expense};

#[tokio::test]
async fn an_environment_can_be_started_and_finished_by_hand() -> durable::Result<()> {
    let env = TestEnv::start().await?;

    let decision = Expense::execute(env.client(), "7".to_owned()).await?;
    assert_eq!(decision, Decision::Expired);

    env.finish().await?;
    Ok(())
}
