//! The example as a user runs it, and its function with a mocked workflow.

mod workflow;

use durable::Result;
use durable::testing::TestEnv;

use workflow::{Greet, Morning, PriceOrder, Welcome, run_all};

#[test]
fn one_function_runs_every_type() {
    let text = crate::printed("generic");
    for line in [
        "2 times PriceOrder on queue generic\n",
        "order 7 is 1550 cents\n",
        "order 8 is 99 cents\n",
        "welcome, Ada\n",
        "welcome, Grace\n",
        "order 23 is 105 cents\n",
        "welcome, Edsger\n",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
}

#[durable::test]
async fn generic_code_calls_mocked_children(env: TestEnv) -> Result<()> {
    let priced = env
        .mock_workflow::<PriceOrder>()
        .with(|order_id, cents| async move { Ok(format!("{order_id}: {}", cents.len())) });
    let mornings = run_all::<Morning, _, _>(env.client(), vec![(1, "Ada".to_owned())]).await?;
    assert_eq!(mornings, [["1: 2", "2: 2", "3: 2", "4: 2", "welcome, Ada"]]);
    assert_eq!(priced.count(), 4);
    let greeted = run_all::<Greet, _, _>(env.client(), vec!["Ada".to_owned()]).await?;
    assert_eq!(greeted, run_all::<Welcome, _, _>(env.client(), vec!["Ada".to_owned()]).await?);
    Ok(())
}
