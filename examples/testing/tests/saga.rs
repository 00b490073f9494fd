//! A mock injects a failure in the middle, and the steps before it are undone in reverse order.

use durable::testing::TestEnv;
use durable::{Error, Result};

use crate::saga::{BookTrip, Trip, book_flight, book_hotel, charge_card, undo};

fn trip() -> Trip {
    Trip { traveller: "Ada".to_owned(), amount: 250.0 }
}

/// The type of the failure at the end of the chain of causes.
fn root_type<T: std::fmt::Debug>(outcome: Result<T>) -> Option<String> {
    match outcome {
        Err(Error::Failed { failure, .. }) => failure.root().type_name().map(str::to_owned),
        other => panic!("the workflow did not fail: {other:?}"),
    }
}

#[durable::test]
async fn a_declined_card_has_everything_undone(env: TestEnv) -> Result<()> {
    let charges = env.mock::<charge_card>().fails_for_good("CardDeclined", "no funds");
    let undone = env.mock::<undo>().returns(());

    let outcome = BookTrip::execute(env.client(), trip()).await;

    assert_eq!(root_type(outcome).as_deref(), Some("CardDeclined"));
    assert_eq!(charges.arguments(), [("Ada".to_owned(), 250.0)]);
    assert_eq!(undone.arguments(), [("room of Ada".to_owned(),), ("flight of Ada".to_owned(),)]);
    Ok(())
}

#[durable::test]
async fn what_was_not_done_is_not_undone(env: TestEnv) -> Result<()> {
    env.mock::<book_flight>().returns("flight 1".to_owned());
    env.mock::<book_hotel>().fails_for_good("BookedUp", "no room left");
    let charges = env.mock::<charge_card>().returns(String::new());
    let undone = env.mock::<undo>().must_be_called().returns(());

    let outcome = BookTrip::execute(env.client(), trip()).await;

    assert_eq!(root_type(outcome).as_deref(), Some("BookedUp"));
    assert_eq!(charges.count(), 0);
    assert_eq!(undone.arguments(), [("flight 1".to_owned(),)]);
    Ok(())
}

#[durable::test(crash)]
async fn a_saga_survives_crashes(env: TestEnv) -> Result<()> {
    env.mock::<charge_card>().fails_for_good("CardDeclined", "no funds");
    let undone = env.mock::<undo>().returns(());

    let outcome = BookTrip::execute(env.client(), trip()).await;

    assert_eq!(root_type(outcome).as_deref(), Some("CardDeclined"));
    // An attempt that is lost with its worker is made again, so a call may be there twice in a row.
    let mut undone = undone.arguments();
    undone.dedup();
    assert_eq!(undone, [("room of Ada".to_owned(),), ("flight of Ada".to_owned(),)]);
    Ok(())
}
