//! The watch, as a user runs it, and through days and crashes.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod workflow;

use std::time::Duration;

use durable::Result;
use durable::testing::TestEnv;

use workflow::{StationWatch, Watch, read_temperature};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn it_goes_from_run_to_run() {
    let text = crate::printed("continue-as-new");
    for run in ["in run 1: ", "in run 2: ", "in run 3: ", "stopped in run 3; warmest of "] {
        assert!(text.contains(run), "no {run:?} in\n{text}");
    }
}

#[durable::test(crash)]
async fn what_is_known_goes_from_run_to_run_through_crashes(env: TestEnv) -> Result<Watch> {
    env.mock::<read_temperature>().with(async |_, reading| Ok(f64::from(reading % 7)));
    let rome = Watch::new("Rome", HOUR);
    let rome = Watch { limit: Some(10), readings: 2, warmest: Some(2.0), ..rome };
    let watch = StationWatch::execute(env.client(), rome).await?;
    assert_eq!((watch.readings, watch.warmest, watch.runs), (10, Some(6.0), 3));
    Ok(watch)
}

#[durable::test]
async fn a_signal_changes_the_runs_that_follow(env: TestEnv) -> Result<()> {
    let [slow, quick] = [2, 1].map(Duration::from_millis);
    let station = StationWatch::start(env.client(), Watch::new("Rome", slow)).await?;
    station.set_interval(quick).await?;
    while station.watch().await.is_ok_and(|watch| watch.runs < 4) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    station.stop().await?;
    assert_eq!(station.result().await?.interval, quick);
    Ok(())
}
