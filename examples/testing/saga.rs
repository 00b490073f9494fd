//! A saga: a trip of three steps. If a step fails, the earlier ones are undone in reverse order.

use durable::prelude::*;

/// A trip to book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trip {
    pub traveller: String,
    pub amount: f64,
}

/// Books a seat, and returns the reservation.
#[activity(queue = "trips", start_to_close_timeout = "10s")]
pub async fn book_flight(traveller: String) -> Result<String, ActivityError> {
    Ok(format!("flight of {traveller}"))
}

/// Books a room, and returns the reservation.
#[activity(queue = "trips", start_to_close_timeout = "10s")]
pub async fn book_hotel(traveller: String) -> Result<String, ActivityError> {
    Ok(format!("room of {traveller}"))
}

/// Charges the traveller. No card has a limit of more than 1000.
#[activity(queue = "trips", start_to_close_timeout = "10s")]
pub async fn charge_card(traveller: String, amount: f64) -> Result<String, ActivityError> {
    if amount > 1000.0 {
        let declined = ApplicationFailure::builder(format!("no {amount:.2} on this card"))
            .type_name("CardDeclined")
            .non_retryable(true)
            .build();
        return Err(declined.into());
    }
    Ok(format!("payment of {traveller}"))
}

/// Undoes a step. Like every activity, it may run more than once, and must be idempotent.
#[activity(queue = "trips", start_to_close_timeout = "10s", retry(maximum_attempts = 0))]
pub async fn undo(reservation: String) -> Result<(), ActivityError> {
    println!("undone: {reservation}");
    Ok(())
}

/// Books a trip, all of it or nothing.
#[workflow(queue = "trips", id = "trip-{traveller}")]
#[derive(Default)]
pub struct BookTrip;

#[workflow_methods]
impl BookTrip {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, trip: Trip) -> WorkflowResult<Vec<String>> {
        let mut done = Vec::new();
        let Err(failure) = Self::book(ctx, trip, &mut done).await else {
            return Ok(done);
        };
        for reservation in done.into_iter().rev() {
            undo::execute(ctx, reservation).await?;
        }
        Err(failure)
    }
}

impl BookTrip {
    /// Runs the steps. Each adds its compensation, in case a later one fails.
    async fn book(
        ctx: &WorkflowContext<Self>,
        Trip { traveller, amount }: Trip,
        done: &mut Vec<String>,
    ) -> WorkflowResult<()> {
        done.push(book_flight::execute(ctx, traveller.clone()).await?);
        done.push(book_hotel::execute(ctx, traveller.clone()).await?);
        done.push(charge_card::execute(ctx, traveller, amount).await?);
        Ok(())
    }
}
