//! The batch, as a user runs it, and with failures and crashes.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod workflow;

use std::collections::BTreeSet;
use std::time::Duration;

use durable::activity::ApplicationFailure;
use durable::testing::TestEnv;
use durable::{Error, Result};

use workflow::{Batch, BatchConversion, Progress, convert};

fn batch(records: u32) -> Batch {
    Batch { name: "test".to_owned(), records, at_once: 10, ..Batch::default() }
}

#[test]
fn it_converts_what_can_be_converted_and_tells_the_rest() {
    let text = crate::printed("batch");
    for line in [
        "117 converted in 5 runs, 3 failed:",
        "  record 13 has no date",
        "  record 53 has no date",
        "  record 93 has no date",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}

#[durable::test]
async fn each_record_is_worked_on_once(env: TestEnv) -> Result<()> {
    let calls = env.mock::<convert>().returns(());
    let Progress { converted, failed, runs, .. } =
        BatchConversion::execute(env.client(), batch(60)).await?;
    assert_eq!((converted, failed.len(), runs), (60, 0, 3));
    let records: BTreeSet<_> = calls.arguments().into_iter().map(|(record,)| record).collect();
    assert_eq!((calls.count(), records.len()), (60, 60));
    Ok(())
}

#[durable::test(crash)]
async fn nothing_is_left_out_through_crashes(env: TestEnv) -> Result<Progress> {
    env.mock::<convert>().with(async |record| match record {
        7 => Err(ApplicationFailure::non_retryable("torn").into()),
        _ => Ok(()),
    });
    let progress = BatchConversion::execute(env.client(), batch(30)).await?;
    // A worker that is killed costs an attempt, of which there are three.
    assert_eq!((progress.converted, &*progress.failed), (29, &[(7, "torn".to_owned())][..]));
    Ok(progress)
}

#[durable::test]
async fn a_cancelled_batch_ends(env: TestEnv) -> Result<()> {
    let calls = env.mock::<convert>().hangs();
    let batch = BatchConversion::start(env.client(), batch(60)).await?;
    while calls.count() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    batch.cancel("not today").await?;
    let outcome = batch.result().await;
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    Ok(())
}

#[durable::test]
async fn no_records_are_no_work(env: TestEnv) -> Result<()> {
    let progress = BatchConversion::execute(env.client(), batch(0)).await?;
    assert_eq!(progress, Progress { runs: 1, ..Progress::default() });
    Ok(())
}
