//! The example as a user runs it, and its order with mocked and with real children, also while workers
//! are killed.

use durable::testing::TestEnv;

mod workflow;

use workflow::{Order, ShipOrder, Statistics, Survey};

#[test]
fn it_runs() {
    let text = crate::printed("child-workflows");
    for line in [
        "books came by plane",
        "lost: the window glass broke",
        "tea came by ship",
        "rated with 5 stars",
        "orders today: 1",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}

fn order(parcels: &[&str]) -> Order {
    Order { number: 1, parcels: parcels.iter().map(|&parcel| parcel.to_owned()).collect() }
}

#[durable::test(crash)]
async fn parent_and_children_survive_every_crash(env: TestEnv) -> durable::Result<()> {
    let statistics = Statistics::start(env.client()).await?;
    let shipped = ShipOrder::execute(env.client(), order(&["tea", "glass", "books"])).await?;
    assert_eq!(shipped, ["tea came by plane", "lost: the glass broke", "books came by ship"]);
    statistics.close().await?;
    assert_eq!(statistics.result().await?, 1);
    let survey = Survey::handle(env.client(), "survey-1");
    survey.rate(4).await?;
    assert_eq!(survey.result().await?, 4);
    Ok(())
}

#[durable::test]
async fn a_parent_is_tested_without_a_child(env: TestEnv) -> durable::Result<()> {
    let surveys = env.mock_workflow::<Survey>().returns(5);
    let shipped = ShipOrder::execute(env.client(), order(&["a", "b"])).await?;
    assert_eq!(shipped, ["a came by plane", "b came by ship"]);
    assert_eq!(Survey::handle(env.client(), "survey-1").result().await?, 5);
    assert_eq!(surveys.arguments(), [(1,)]);
    Ok(())
}
