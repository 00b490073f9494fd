//! The offer, as a user asks for it, and with failures and silence.

#![allow(dead_code, reason = "what only the program uses is not used here")]

mod activities;
mod workflow;

use durable::testing::TestEnv;
use durable::{Error, Result};

use activities::{ask_supplier, exchange_rate, find_flight, find_hotel, find_sight, translate};
use workflow::{TravelOffer, Wish};

fn wish(sights: &[&str]) -> Wish {
    let sights = sights.iter().map(|sight| (*sight).to_owned()).collect();
    Wish { city: "Rome".to_owned(), sights }
}

fn mock_the_rest(env: &TestEnv) {
    env.mock::<find_hotel>().returns("h".to_owned());
    env.mock::<translate>().with(async |text| Ok(format!("{text} translated")));
    env.mock::<exchange_rate>().returns(2.0);
    env.mock::<find_sight>().with(async |sight| Ok(sight));
}

#[test]
fn it_asks_at_once_and_puts_the_answers_together() {
    let text = crate::printed("parallel");
    for line in [
        "flight to Rome, hotel in Rome, at a rate of 1.25",
        "to see: Colosseum, 1 Main Street; Pantheon, 1 Main Street",
        "not found: Atlantis",
        "car in Rome from the supplier who is near",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}

#[durable::test(crash)]
async fn answers_are_put_together_in_the_order_of_the_questions(env: TestEnv) -> Result<()> {
    mock_the_rest(&env);
    env.mock::<find_flight>().returns("f".to_owned());
    env.mock::<ask_supplier>().with(async |supplier, _| Ok(supplier));
    let offer = TravelOffer::execute(env.client(), wish(&["b", "c", "a"])).await?;
    assert_eq!((&*offer.flight, &*offer.hotel, offer.rate), ("f", "h translated", 2.0));
    assert_eq!(offer.sights, ["b", "c", "a"]);
    // A supplier whose worker was killed may be asked again too late for the patience, so the car is
    // not certain here.
    Ok(())
}

#[durable::test]
async fn the_first_supplier_that_offers_a_car_is_taken(env: TestEnv) -> Result<()> {
    mock_the_rest(&env);
    env.mock::<find_flight>().returns("f".to_owned());
    env.mock::<ask_supplier>().with(async |supplier, _| match supplier.as_str() {
        "far" => Ok(supplier),
        _ => std::future::pending().await,
    });
    let offer = TravelOffer::execute(env.client(), wish(&[])).await?;
    assert_eq!(offer.car.as_deref(), Some("far"));
    Ok(())
}

#[durable::test]
async fn silence_is_waited_for_no_longer_than_the_patience(env: TestEnv) -> Result<()> {
    mock_the_rest(&env);
    env.mock::<find_flight>().returns("f".to_owned());
    let asked = env.mock::<ask_supplier>().hangs();
    let offer = TravelOffer::execute(env.client(), wish(&[])).await?;
    assert_eq!((offer.car, asked.count()), (None, 2));
    Ok(())
}

#[durable::test]
async fn a_branch_that_is_needed_fails_the_whole(env: TestEnv) -> Result<()> {
    mock_the_rest(&env);
    env.mock::<find_flight>().fails_for_good("NoFlight", "fog");
    env.mock::<ask_supplier>().returns("car".to_owned());
    let outcome = TravelOffer::execute(env.client(), wish(&[])).await;
    let Err(Error::Failed { failure, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.root().type_name(), Some("NoFlight"));
    Ok(())
}
