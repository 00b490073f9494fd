//! The example as a user runs it, and what the workflow makes of each error.

mod workflow;

use durable::Result;
use durable::activity::ActivityError;
use durable::testing::{ActivityTest, TestEnv};

use workflow::{BookTrip, BookingError, book};

#[test]
fn the_next_flight_is_booked_and_errors_come_back() {
    let text = crate::printed("error-handling");
    for line in [
        "LX 1: seat 12A on LX 3\n",
        "LX 9: sold out, and there is no later flight\n",
        "LX ?: `LX ?` is no flight\n",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
}

#[durable::test]
async fn what_cannot_be_helped_fails_the_workflow(env: TestEnv) -> Result<()> {
    let booked = env.mock::<book>().fails_with(BookingError::NoFlight("XX".to_owned()));

    let failed = BookTrip::execute(env.client(), "XX".to_owned()).await.unwrap_err();

    assert_eq!(failed.downcast(), Some(BookingError::NoFlight("XX".to_owned())));
    assert_eq!(booked.count(), 1, "it is not tried again");
    Ok(())
}

#[durable::test]
async fn what_passes_is_tried_again(env: TestEnv) -> Result<()> {
    let booked = env.mock::<book>().fails_with(BookingError::Busy);

    let failed = BookTrip::execute(env.client(), "LX 3".to_owned()).await.unwrap_err();

    assert_eq!(failed.downcast(), Some(BookingError::Busy));
    assert_eq!(booked.count(), 3);
    Ok(())
}

#[tokio::test]
async fn an_activity_alone_gives_its_error_back() -> std::result::Result<(), ActivityError> {
    let busy = ActivityTest::new().run::<book>(("LX 3".to_owned(),)).await.unwrap_err();
    assert_eq!(busy.downcast(), Some(BookingError::Busy));

    let seat = ActivityTest::new().attempt(2).run::<book>(("LX 3".to_owned(),)).await?;
    assert_eq!(seat, "seat 12A on LX 3");
    Ok(())
}
