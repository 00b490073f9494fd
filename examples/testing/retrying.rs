//! An activity that is retried with a backoff after some failures, and not after others.

use std::fmt;

use durable::prelude::*;

/// A source of exchange rates. A program gives one to its workers, and a test gives another.
pub trait Rates: Send + Sync {
    /// Returns the price of one unit of a currency.
    fn rate(&self, currency: &str) -> Result<f64, RateError>;
}

/// The error of a source of rates.
#[derive(Debug)]
pub enum RateError {
    /// The source does not answer. It may answer later.
    Unavailable,
    /// There is no such currency.
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
    /// Returns the failure of the activity, which decides if the activity is retried.
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

/// Asks for a rate, and retries after 1, 2, 4 and 8 minutes.
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

/// A price, and the time that it took to find it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    pub amount: f64,
    pub waited: Duration,
}

/// Returns the price of a hundred units of a currency.
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
