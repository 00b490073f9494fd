//! The warning about each failed attempt of an activity.

use tracing::Level;

use crate::flows::Caller;
use crate::working;

#[tokio::test]
async fn warns_once_of_each_failed_attempt() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("failing");
    Caller::execute(&client, 3).id(&id).await.expect("it succeeds at last");
    let lines = capture.of(&id);
    let warnings: Vec<_> = lines.iter().filter(|line| line.level == Level::WARN).collect();
    let messages: Vec<_> = warnings.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "attempt 1 of 1 of activity `panics` failed, no further attempt: it panicked: the teller has left",
            "attempt 1 of 3 of activity `fail` failed, the next in 20.0ms: Closed: the bank is closed",
            "attempt 2 of 3 of activity `fail` failed, the next in 40.0ms: Closed: the bank is closed",
        ]
    );
    assert_eq!(warnings[2].context.get("activity_type"), "fail");
    assert_eq!(warnings[2].context.get("attempt"), "2");
    assert_eq!(warnings[2].fields.get("maximum_attempts"), "3");
    assert_eq!(warnings[2].fields.get("next_retry_seconds"), "0.04");
}

#[tokio::test]
async fn the_last_attempt_has_no_next_one() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("exhausted");
    Caller::execute(&client, 9).id(&id).await.expect_err("it fails");
    let last =
        "attempt 3 of 3 of activity `fail` failed, no further attempt: Closed: the bank is closed";
    let lines = capture.of(&id);
    assert_eq!(lines.iter().filter(|line| line.message == last).count(), 1, "{lines:#?}");
}
