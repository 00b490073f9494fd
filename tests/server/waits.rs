//! The waits of the context, where several of them race.

use durable::prelude::*;
use durable::workflow::select;

use crate::client;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

#[workflow(queue = "waits")]
#[derive(Default)]
struct Race;

#[workflow_methods]
impl Race {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        let mut won = Vec::new();
        // Written in its place.
        select! {
            slept = ctx.sleep(SHORT) => { slept?; won.push("sleep".to_owned()) }
            held = ctx.wait_condition_timeout(|_| false, LONG) => { held?; won.push("condition".to_owned()) }
            _ = ctx.cancelled() => won.push("cancellation".to_owned()),
        }
        // Kept in a variable, for more than one race.
        let mut night = ctx.sleep(LONG);
        let mut cancelled = ctx.cancelled();
        for _ in 0..2 {
            let mut held = ctx.wait_condition_timeout(|_| false, SHORT);
            select! {
                slept = night => { slept?; won.push("night".to_owned()) }
                _ = cancelled => won.push("cancellation".to_owned()),
                held = held => won.push(format!("condition {}", held?)),
            }
        }
        Ok(won)
    }
}

#[tokio::test]
async fn a_sleep_stands_in_select_in_its_place_and_in_a_variable() -> durable::Result<()> {
    let race = Race::start(&client().await).await?;
    let won = race.result_within(Duration::from_secs(20)).await?;
    assert_eq!(won, ["sleep", "condition false", "condition false"]);
    durable::testing::Replayer::new().history(race.history()).run().await?;
    Ok(())
}
