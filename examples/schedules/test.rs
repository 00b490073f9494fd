//! Runs the example as a user does, and its workflow without a recurring schedule.

mod workflow;

use std::time::SystemTime;

use durable::testing::TestEnv;

use workflow::BackupWorkflow;

#[test]
fn the_schedule_acts_is_changed_and_makes_up_for_missed_nights() {
    let text = crate::printed("schedules");
    for line in [
        "created schedule shop-backups: every second, twice",
        "now each night at three",
        "shop-backups is paused: the disk is full",
        "deleted; its workflows stay",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
    let backups: Vec<i64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  shop-")?.strip_suffix(".dump")?.parse().ok())
        .collect();
    let [first, second, night, next_night, triggered] = backups[..] else { panic!("{text}") };
    assert!(second > first && triggered >= second, "{text}");
    assert!(night < next_night && next_night < first, "the nights are in the past\n{text}");
    // An hour less or more where the clocks are changed that night.
    assert!([23, 24, 25].contains(&((next_night - night) / 3600)), "{text}");
}

#[durable::test]
async fn a_backup_by_hand_is_as_of_now(env: TestEnv) -> durable::Result<()> {
    let dumps = env.mock::<workflow::dump_database>().returns("a backup".to_owned());
    let backup = BackupWorkflow::execute(env.client(), "shop".to_owned()).await?;
    assert_eq!(backup, "a backup");

    let (database, as_of) = dumps.last().expect("it was called");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    assert_eq!(database, "shop");
    assert!((now.as_secs() - 60..=now.as_secs()).contains(&as_of.try_into().expect("after 1970")));
    Ok(())
}
