//! Retries: the number of attempts, the time that they take, and the failures that are retried.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use durable::prelude::*;
use durable::testing::{TestEnv, TestEnvBuilder};
use durable::{Error, Result};

use crate::retrying::{PriceOfHundred, RateError, Rates, exchange_rate};

/// A source that knows no currency, and counts its calls.
#[derive(Default)]
struct NoRates(AtomicU32);

impl Rates for NoRates {
    fn rate(&self, _currency: &str) -> Result<f64, RateError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(RateError::UnknownCurrency)
    }
}

/// A source that answers.
struct FixedRates;

impl Rates for FixedRates {
    fn rate(&self, _currency: &str) -> Result<f64, RateError> {
        Ok(1.25)
    }
}

fn with_rates(env: TestEnvBuilder) -> TestEnvBuilder {
    env.shared_state::<dyn Rates>(Arc::new(FixedRates))
}

#[durable::test]
async fn two_failures_cost_three_minutes(env: TestEnv) -> Result<()> {
    let asked = env.mock::<exchange_rate>().fails_first(2).returns(1.25);

    let price = PriceOfHundred::execute(env.client(), "EUR".to_owned()).await?;

    assert_eq!(asked.count(), 3);
    // A minute of the workflow's time, and then two, of which the test waits for none.
    assert_eq!(price.waited.as_secs() / 60, 3);
    Ok(())
}

#[durable::test]
async fn the_fifth_failure_is_the_last(env: TestEnv) -> Result<()> {
    let asked = env.mock::<exchange_rate>().fails("Unavailable", "no answer");

    let outcome = PriceOfHundred::execute(env.client(), "EUR".to_owned()).await;

    assert!(matches!(outcome, Err(Error::Failed { .. })), "{outcome:?}");
    assert_eq!(asked.count(), 5);
    Ok(())
}

#[durable::test]
async fn an_unknown_currency_is_not_asked_for_again(env: TestEnv) -> Result<()> {
    let rates = Arc::new(NoRates::default());
    env.shared_state::<dyn Rates>(Arc::clone(&rates) as _);

    let outcome = PriceOfHundred::execute(env.client(), "XXX".to_owned()).await;

    let Err(Error::Failed { failure, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.root().type_name(), Some("UnknownCurrency"));
    assert_eq!(rates.0.load(Ordering::Relaxed), 1);
    Ok(())
}

#[durable::test(setup = with_rates)]
async fn a_price_is_told_at_once(env: TestEnv) -> Result<()> {
    let price = PriceOfHundred::execute(env.client(), "EUR".to_owned()).await?;
    assert_eq!(price.amount.to_string(), "125");
    Ok(())
}

/// A source that does not answer.
struct Silence;

impl Rates for Silence {
    fn rate(&self, _currency: &str) -> Result<f64, RateError> {
        Err(RateError::Unavailable)
    }
}

#[tokio::test]
async fn an_activity_is_a_function() -> Result<(), ActivityError> {
    let rate = exchange_rate(State(Arc::new(FixedRates)), "EUR".to_owned()).await?;
    assert_eq!(rate.to_string(), "1.25");

    let failed = exchange_rate(State(Arc::new(Silence)), "EUR".to_owned()).await;
    let Err(ActivityError::Application(failure)) = failed else { panic!("{failed:?}") };
    assert!(!failure.is_non_retryable());
    Ok(())
}
