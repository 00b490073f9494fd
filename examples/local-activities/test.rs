//! The example as a user runs it, and that only one of the three steps is a task of the server.

mod workflow;

use durable::Result;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::testing::TestEnv;

use workflow::{Greeting, NameError, check};

#[test]
fn the_name_is_made_nice_and_greeted() {
    let text = crate::printed("local-activities");
    assert!(text.contains("Hello, Ada Lovelace!\n"), "{text}");
    assert!(text.contains("a name has letters, and `12` has none\n"), "{text}");
}

#[durable::test]
async fn one_activity_is_scheduled_and_two_are_not(env: TestEnv) -> Result<()> {
    let greeting = Greeting::start(env.client(), "Grace".to_owned()).await?;
    assert_eq!(greeting.result().await?, "Hello, Grace!");
    let events = greeting.history().into_events().await.expect("it can be fetched");
    let scheduled =
        events.iter().filter(|event| event.event_type() == EventType::ActivityTaskScheduled);
    assert_eq!(scheduled.count(), 1);
    Ok(())
}

#[durable::test]
async fn a_local_activity_can_be_mocked_too(env: TestEnv) -> Result<()> {
    let checked = env.mock::<check>().fails_with(NameError::NoLetters("?".to_owned()));
    let refused = Greeting::execute(env.client(), "Ada".to_owned()).await.unwrap_err();
    assert_eq!(refused.downcast(), Some(NameError::NoLetters("?".to_owned())));
    assert_eq!(checked.count(), 1);
    Ok(())
}
