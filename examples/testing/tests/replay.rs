//! The replay of a recorded history with the current code.

use durable::testing::{ReplayError, ReplayProblem};
use durable::testing::{Replayer, TestEnv, replay_dir};

use crate::shipping::Shipping;

const RECORDED: &str = "testing/histories/shipping.json";

#[tokio::test]
async fn what_was_recorded_replays() -> durable::Result<()> {
    replay_dir("testing/histories").await?;
    Ok(())
}

#[tokio::test]
async fn a_change_without_a_patch_does_not_replay() {
    let replayed = Replayer::new().task_queue("shipping-changed").file(RECORDED).run().await;

    let error = replayed.expect_err("it does not replay");
    let Some(error) = error.downcast_ref::<ReplayError>() else { panic!("{error:?}") };
    let [ReplayProblem::Nondeterminism { event: Some(event), .. }] = error.problems.as_slice()
    else {
        panic!("{error}")
    };
    assert_eq!(event.subject.as_deref(), Some("hand_over"));
    let said = error.to_string();
    assert!(said.contains("the history says that the workflow schedules activity `hand_over`"));
    assert!(said.contains("and the code schedules activity `insure` here"), "{said}");
}

#[tokio::test]
async fn a_change_with_a_patch_replays() -> durable::Result<()> {
    Replayer::new().task_queue("shipping-patched").file(RECORDED).run().await?;
    Ok(())
}

/// Records the history again if `RECORD_HISTORIES` is set.
#[durable::test]
async fn a_parcel_is_shipped(env: TestEnv) -> durable::Result<()> {
    let shipping = Shipping::start(env.client(), "order-7".to_owned()).await?;
    assert_eq!(shipping.result().await?, "parcel of order-7, handed over");
    if std::env::var_os("RECORD_HISTORIES").is_some() {
        env.record(&shipping, RECORDED).await?;
    }
    Ok(())
}
