//! The example as a user runs it, and each way in which a backup ends.

use durable::prelude::*;
use durable::testing::TestEnv;

mod workflow;

use workflow::{Backup, BackupHandle, Plan, copy_files, remove_copies};

#[test]
fn it_runs() {
    let text = crate::printed("cancellation");
    for line in [
        "small: all 3 files are safe",
        "photos: stopped on request, ",
        "  removed what there was of music",
        "music: cancelled",
        "films: out of patience after ",
    ] {
        assert!(text.lines().any(|printed| printed.starts_with(line)), "no {line:?} in\n{text}");
    }
}

fn plan(patience: Duration) -> Plan {
    Plan { name: "test".to_owned(), files: 1_000_000, patience }
}

/// Waits until the backup has begun. The query `state`, which every workflow has, shows the struct of
/// one that is `Serialize`.
async fn copying(backup: &BackupHandle) -> durable::Result<()> {
    while backup.state::<serde_json::Value>().await?["copying"] != true {}
    Ok(())
}

const DAY: Duration = Duration::from_secs(86_400);

#[durable::test]
async fn a_request_keeps_what_was_copied(env: TestEnv) -> durable::Result<()> {
    let backup = Backup::start(env.client(), plan(DAY)).await?;
    copying(&backup).await?;
    backup.request_cancel("enough").await?;
    assert!(backup.result().await?.starts_with("stopped on request"));
    Ok(())
}

#[durable::test]
async fn a_request_may_come_early(env: TestEnv) -> durable::Result<()> {
    let copies = env.mock::<copy_files>().returns(0);
    let delay = Duration::from_secs(3600);
    let backup = Backup::schedule(env.client(), plan(DAY), delay).await?;
    backup.request_cancel("on second thought").await?;
    assert_eq!(backup.result().await?, "stopped before it began");
    assert_eq!(copies.count(), 0);
    Ok(())
}

#[durable::test]
async fn a_cancellation_removes_it(env: TestEnv) -> durable::Result<()> {
    let removed = env.mock::<remove_copies>().must_be_called().returns(());
    let backup = Backup::start(env.client(), plan(DAY)).await?;
    copying(&backup).await?;
    backup.cancel("enough").await?;
    let ended = backup.result().await;
    assert!(matches!(ended, Err(durable::Error::Cancelled { .. })), "{ended:?}");
    assert_eq!(removed.arguments(), [("test".to_owned(),)]);
    Ok(())
}

#[durable::test]
async fn patience_has_an_end(env: TestEnv) -> durable::Result<()> {
    env.mock::<copy_files>().hangs();
    let backup = Backup::start(env.client(), plan(Duration::from_millis(50))).await?;
    // What hangs ends as cancelled, and so does the workflow that asks for its word.
    let ended = backup.result().await;
    assert!(matches!(ended, Err(durable::Error::Failed { .. })), "{ended:?}");
    Ok(())
}
