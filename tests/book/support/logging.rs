//! The order whose lines the page shows.

use durable::prelude::*;

#[activity(queue = "book-logging", name = "logging_charge")]
pub async fn charge(cents: u32) -> Result<(), ActivityError> {
    let _ = cents;
    Ok(())
}

#[workflow(queue = "book-logging", name = "LoggingOrder")]
#[derive(Default)]
pub struct Order;
