//! Runs the example as a user does, and its workflow in a test's own environment.

mod workflow;

use durable::testing::TestEnv;

use self::workflow::{InventoryWorkflow, Shelf};

#[test]
fn it_shows_what_holds_and_what_is_wrong() {
    let text = crate::printed("configuration");
    for line in [
        "  identity = the shop, development (durable.yaml:4)",
        "  headers.x-shop-token = *** (durable.yaml:6)",
        "  activities.types.count_stock.heartbeat_timeout_s = 5 (durable.yaml:12)",
        "  A7: counted, with a heartbeat every 5s at least",
        "  A7: ordered, with a heartbeat every 20s at least",
        "durable.yaml:9: temporal.activities.heartbeat_timeout_s: expected a number of seconds, \
         such as 90 or 0.5, got `20s`",
        "durable.yaml:16: temporal.worker.activities_per_secnd: unknown key; did you mean \
         `activities_per_second`?",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
    assert!(!text.contains("a#secret"), "{text}");
}

#[durable::test]
async fn without_a_file_the_built_in_values_hold(env: TestEnv) -> durable::Result<()> {
    let shelf = Shelf { shelf: "B2".to_owned() };
    let lines = InventoryWorkflow::execute(env.client(), shelf).await?;
    assert_eq!(lines[0], "B2: counted, with no heartbeat timeout");
    Ok(())
}
