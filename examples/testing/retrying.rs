//! An activity that is tried again, with a backoff, after failures that may pass, and not after
//! others.

use std::fmt;

use durable::prelude::*;

/// Where exchange rates come from. A program gives its workers one, and a test another.
pub trait Rates: Send + Sync {
    /// What one of a currency costs.
    fn rate(&self, currency: &str) -> Result<f64, RateError>;
}

/// Why there is no rate.
#[derive(Debug)]
pub enum RateError {
    /// The source does not answer. It may do so later.
    Unavailable,
    /// There is no such currency, and will be none.
    UnknownCurrency,
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the source does not answer",
            Self::UnknownCurrency => "there is no such currency",
        })
    }
}

impl RateError {
    /// The failure with which the activity ends; it says whether another attempt can help.
    fn into_failure(self) -> ApplicationFailure {
        let (type_name, for_good) = match self {
            Self::Unavailable => ("Unavailable", false),
            Self::UnknownCurrency => ("UnknownCurrency", true),
        };
        ApplicationFailure::builder(self.to_string())
            .type_name(type_name)
            .non_retryable(for_good)
            .build()
    }
}

/// Asks for a rate: again after a minute, 2, 4 and 8, and then no more.
#[activity(
    queue = "rates",
    start_to_close_timeout = "10s",
    retry(
        initial_interval = "1m",
        backoff_coefficient = 2.0,
        maximum_interval = "10m",
        maximum_attempts = 5
    )
)]
pub async fn exchange_rate(
    rates: State<dyn Rates>,
    currency: String,
) -> Result<f64, ActivityError> {
    Ok(rates.rate(&currency).map_err(RateError::into_failure)?)
}

/// A price, and how long it took to find it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub amount: f64,
    pub waited: Duration,
}

/// Tells what a hundred of a currency cost.
#[workflow(queue = "rates")]
#[derive(Default)]
pub struct PriceOfHundred;

#[workflow_methods]
impl PriceOfHundred {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, currency: String) -> WorkflowResult<Price> {
        let began = ctx.now();
        let rate = exchange_rate::execute(ctx, currency).await?;
        let waited = ctx.now().duration_since(began).unwrap_or_default();
        Ok(Price { amount: 100.0 * rate, waited })
    }
}
