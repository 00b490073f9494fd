//! The lines about workflows that fail, and about code that panics.

use durable::options::RetryOptions;
use tracing::Level;

use crate::capture::Line;
use crate::flows::{CORRECTED, Failing, Panicking};
use crate::working;

fn messages(lines: &[Line], level: Level) -> Vec<&str> {
    let of_workflow = |line: &&Line| line.level == level && line.spans == ["workflow"];
    lines.iter().filter(of_workflow).map(|line| line.message.as_str()).collect()
}

#[tokio::test]
async fn a_workflow_that_fails_finally_is_one_error() {
    let (client, capture) = working().await;
    for (how, message) in [
        ("itself", "the workflow failed: SoldOut: sold out"),
        ("activity", "the workflow failed: activity `fail` failed: Closed: the bank is closed"),
        ("child", "the workflow failed: child workflow `Failing` failed: SoldOut: sold out"),
    ] {
        let id = durable_tests::unique(how);
        Failing::execute(&client, how.to_owned()).id(&id).await.expect_err("it fails");
        let lines = capture.of(&id);
        assert_eq!(messages(&lines, Level::ERROR), [message]);
        assert_eq!(
            lines
                .iter()
                .find(|line| line.level == Level::ERROR)
                .map(|line| line.context.get("workflow_type")),
            Some("Failing")
        );
    }
}

#[tokio::test]
async fn a_workflow_that_is_retried_is_a_warning() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("retried");
    let options = RetryOptions::default()
        .maximum_attempts(2)
        .initial_interval(std::time::Duration::from_millis(10));
    let failing = Failing::execute(&client, "itself".to_owned()).id(&id).retry(options);
    failing.await.expect_err("it fails");
    let lines = capture.of(&id);
    let retried = "attempt 1 of 2 of the workflow failed, and is retried: SoldOut: sold out";
    assert_eq!(messages(&lines, Level::WARN), [retried]);
    assert_eq!(messages(&lines, Level::ERROR), ["the workflow failed: SoldOut: sold out"]);
}

#[tokio::test]
async fn a_panic_is_one_line_with_its_place_which_the_failure_has_too() {
    let (client, capture) = working().await;
    let id = durable_tests::unique("panics");
    let handle = Panicking::start(&client).id(&id).await.expect("it starts");
    let failed = durable_tests::failed_task(&handle).await;
    let first = capture.of(&id);
    CORRECTED.lock().expect("nobody panics with it").push(id.clone());
    handle.result().await.expect("it is corrected");
    let message =
        "`#[run]` panicked: the shelf fell down; the workflow task fails and is tried again";
    assert!(messages(&first, Level::ERROR).iter().all(|said| *said == message), "{first:#?}");
    let line = first.iter().find(|line| line.message == message).expect("it is logged");
    assert!(line.fields.get("location").contains("logs/flows.rs:"), "{line:#?}");
    assert_eq!(line.context.get("workflow_type"), "Panicking");
    assert_eq!(line.context.get("attempt"), "1");
    let expected = format!(
        "Workflow function panicked: the shelf fell down (in `#[run]`, at {}; stack: ",
        line.fields.get("location")
    );
    assert!(failed.starts_with(&expected), "{failed}");
    assert!(failed.contains("panic_unless_corrected"), "{failed}");
    assert!(failed.contains("Panicking"), "{failed}");
    assert!(!failed.contains("tokio"), "{failed}");
}
