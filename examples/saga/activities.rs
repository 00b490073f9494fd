//! The steps of a fulfilment, and what undoes each. Like every activity, these may run more than once
//! for one order, and must not mind: what is undone already is not undone again.

use durable::prelude::*;

/// Reserves what was ordered, and returns the reservation.
#[activity(queue = "saga", start_to_close_timeout = "10s")]
pub async fn reserve_stock(order: String) -> Result<String, ActivityError> {
    Ok(format!("stock-{order}"))
}

/// Gives up a reservation.
#[activity(queue = "saga", start_to_close_timeout = "10s", retry(maximum_attempts = 0))]
pub async fn release_stock(reservation: String) -> Result<(), ActivityError> {
    println!("  released {reservation}");
    Ok(())
}

/// Charges the customer, and returns the payment.
#[activity(queue = "saga", start_to_close_timeout = "10s")]
pub async fn charge_card(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("payment-{order}-{amount:.2}"))
}

/// Pays back.
#[activity(queue = "saga", start_to_close_timeout = "10s", retry(maximum_attempts = 0))]
pub async fn refund_card(payment: String) -> Result<(), ActivityError> {
    println!("  refunded {payment}");
    Ok(())
}

/// Books a courier, and returns the booking. None goes to the moon.
#[activity(queue = "saga", start_to_close_timeout = "10s")]
pub async fn book_courier(order: String, destination: String) -> Result<String, ActivityError> {
    if destination == "the moon" {
        let unreachable = ApplicationFailure::builder(format!("no courier goes to {destination}"))
            .type_name("Unreachable")
            .non_retryable(true)
            .build();
        return Err(unreachable.into());
    }
    Ok(format!("courier-{order}"))
}

/// Sends the courier away again.
#[activity(queue = "saga", start_to_close_timeout = "10s", retry(maximum_attempts = 0))]
pub async fn cancel_courier(booking: String) -> Result<(), ActivityError> {
    println!("  cancelled {booking}");
    Ok(())
}
