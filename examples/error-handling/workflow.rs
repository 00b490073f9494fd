//! Errors of the program's own, from the activity that meets one to whoever can do something about it.

use durable::prelude::*;

/// The errors of a booking. The attributes tell Temporal how to treat each.
#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize, ApplicationError)]
pub enum BookingError {
    /// Trying again is of no use, and the workflow knows something better: the values come back.
    #[error("flight {flight} is sold out")]
    #[failure(non_retryable)]
    SoldOut { flight: String, next_flight: Option<String> },

    /// It passes: the next attempt waits as long as the airline has asked for.
    #[error("the airline is busy")]
    #[failure(next_retry_delay = "100ms")]
    Busy,

    /// A mistake of the caller's, and nothing that anybody needs to be woken up for.
    #[error("`{0}` is no flight")]
    #[failure(non_retryable, benign)]
    NoFlight(String),
}

/// Books a seat. Its error is the program's own; `?` into `ActivityError` would do as well.
#[activity(queue = "error-handling", start_to_close_timeout = "5s", retry(maximum_attempts = 3))]
pub async fn book(ctx: ActivityContext, flight: String) -> Result<String, BookingError> {
    match flight.as_str() {
        "LX 1" => Err(BookingError::SoldOut { flight, next_flight: Some("LX 3".to_owned()) }),
        "LX 9" => Err(BookingError::SoldOut { flight, next_flight: None }),
        "LX 3" if ctx.info().attempt == 1 => Err(BookingError::Busy),
        "LX 3" => Ok(format!("seat 12A on {flight}")),
        _ => Err(BookingError::NoFlight(flight)),
    }
}

/// Books a seat on the flight or, if that is sold out, on the next one.
#[workflow(queue = "error-handling")]
#[derive(Default)]
pub struct BookTrip;

#[workflow_methods]
impl BookTrip {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, mut flight: String) -> WorkflowResult<String> {
        loop {
            let error = match book::execute(ctx, flight).await {
                Ok(seat) => return Ok(seat),
                Err(error) => error,
            };
            match error.downcast::<BookingError>() {
                Some(BookingError::SoldOut { next_flight: Some(next), .. }) => flight = next,
                // Also errors that are none of ours: the workflow fails with all that is known.
                _ => return Err(error.into()),
            }
        }
    }
}
