//! The saga, as a user runs it, and through failures, a cancellation and crashes.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod activities;
mod workflow;

use std::time::Duration;

use durable::testing::TestEnv;
use durable::{Error, Result};

use activities::{book_courier, cancel_courier, charge_card, refund_card, release_stock};
use workflow::{Fulfilment, Parcel};

fn parcel(destination: &str) -> Parcel {
    Parcel { order: "7".to_owned(), destination: destination.to_owned(), amount: 12.5 }
}

#[test]
fn it_undoes_what_was_done() {
    let text = crate::printed("saga");
    let story = [
        "order 1 to Lisbon: courier-1",
        "order 2 to the moon:",
        "  refunded payment-2-12.50",
        "  released stock-2",
        "  it failed: Unreachable: no courier goes to the moon",
        "order 3 to Oslo, which the customer cancels:",
        "  cancelled courier-3",
        "  refunded payment-3-12.50",
        "  released stock-3",
        "  workflow `fulfilment-3` was cancelled",
    ];
    assert!(text.ends_with(&(story.join("\n") + "\n")), "{text}");
}

#[durable::test(crash)]
async fn a_failed_step_has_the_others_undone_through_crashes(env: TestEnv) -> Result<()> {
    let released = env.mock::<release_stock>().must_be_called().returns(());
    let refunded = env.mock::<refund_card>().must_be_called().returns(());
    let cancelled = env.mock::<cancel_courier>().returns(());

    let outcome = Fulfilment::execute(env.client(), parcel("the moon")).await;

    assert!(matches!(outcome, Err(Error::Failed { .. })), "{outcome:?}");
    assert_eq!(released.last(), Some(("stock-7".to_owned(),)));
    assert_eq!(refunded.last(), Some(("payment-7-12.50".to_owned(),)));
    assert_eq!(cancelled.count(), 0);
    Ok(())
}

#[durable::test]
async fn what_was_not_done_is_not_undone(env: TestEnv) -> Result<()> {
    env.mock::<charge_card>().fails_for_good("CardDeclined", "no funds");
    let booked = env.mock::<book_courier>().returns(String::new());
    let released = env.mock::<release_stock>().must_be_called().returns(());
    let refunded = env.mock::<refund_card>().returns(());

    Fulfilment::execute(env.client(), parcel("Oslo")).await.unwrap_err();

    assert_eq!((booked.count(), refunded.count(), released.count()), (0, 0, 1));
    Ok(())
}

#[durable::test(crash)]
async fn a_cancelled_order_is_undone_through_crashes(env: TestEnv) -> Result<()> {
    let released = env.mock::<release_stock>().must_be_called().returns(());
    let cancelled = env.mock::<cancel_courier>().must_be_called().returns(());

    let fulfilment = Fulfilment::start(env.client(), parcel("Oslo")).await?;
    while !fulfilment.is_ready().await.unwrap_or_default() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    fulfilment.cancel("changed her mind").await?;

    let outcome = fulfilment.result().await;
    assert!(matches!(outcome, Err(Error::Cancelled { .. })), "{outcome:?}");
    assert_eq!(cancelled.last(), Some(("courier-7".to_owned(),)));
    assert_eq!(released.last(), Some(("stock-7".to_owned(),)));
    Ok(())
}
