//! The work: charging on the queue `payments`, shipping on the queue `orders`. Each is an ordinary
//! function; a unit test could call it.

use durable::prelude::*;

/// Charges the customer's card. A bank that cannot be reached is asked again, a declined card not.
#[activity(
    queue = "payments",
    start_to_close_timeout = "10s",
    retry(maximum_attempts = 3, initial_interval = "300ms", backoff_coefficient = 2.0)
)]
pub async fn charge_payment(
    ctx: ActivityContext,
    order_id: String,
    amount: f64,
    card: String,
) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(150)).await;
    let attempt = ctx.info().attempt;
    match card.as_str() {
        "declined" => {
            Err(final_failure("CardDeclined", format!("the bank declined {amount:.2}")).into())
        }
        "flaky" if attempt < 3 => Err(std::io::Error::other("the bank did not answer").into()),
        "offline" => Err(std::io::Error::other("the bank is offline").into()),
        _ => Ok(format!("txn-{order_id}")),
    }
}

/// Hands the parcel to the carrier.
#[activity(queue = "orders", start_to_close_timeout = "10s")]
pub async fn ship_order(order_id: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(format!("parcel-{order_id}"))
}

/// A failure that trying again cannot mend.
pub fn final_failure(type_name: &str, message: String) -> ApplicationFailure {
    ApplicationFailure::builder(message).type_name(type_name).non_retryable(true).build()
}
