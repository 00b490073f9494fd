//! Questions to other services, each of which takes its time.

use durable::prelude::*;

/// A flight to a city.
#[activity(queue = "parallel", start_to_close_timeout = "10s")]
pub async fn find_flight(city: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(format!("flight to {city}"))
}

/// A hotel in a city.
#[activity(queue = "parallel", start_to_close_timeout = "10s")]
pub async fn find_hotel(city: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(150)).await;
    Ok(format!("albergo a {city}"))
}

/// A text in English.
#[activity(queue = "parallel", start_to_close_timeout = "10s")]
pub async fn translate(text: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(150)).await;
    Ok(text.replace("albergo a", "hotel in"))
}

/// Returns the exchange rate of the currency of a city.
#[activity(queue = "parallel", start_to_close_timeout = "10s")]
pub async fn exchange_rate(_city: String) -> Result<f64, ActivityError> {
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(1.25)
}

/// Returns the place of a sight.
#[activity(queue = "parallel", start_to_close_timeout = "10s")]
pub async fn find_sight(sight: String) -> Result<String, ActivityError> {
    tokio::time::sleep(Duration::from_millis(200)).await;
    if sight == "Atlantis" {
        return Err(ApplicationFailure::non_retryable("it is under water").into());
    }
    Ok(format!("{sight}, 1 Main Street"))
}

/// Asks a supplier for a car. The heartbeats are how it learns that another was faster.
#[activity(queue = "parallel", start_to_close_timeout = "10s", heartbeat_timeout = "2s")]
pub async fn ask_supplier(
    ctx: ActivityContext,
    supplier: String,
    city: String,
) -> Result<String, ActivityError> {
    let steps = if supplier == "near" { 3 } else { 100 };
    for _ in 0..steps {
        ctx.record_heartbeat(()).await?;
        tokio::select! {
            () = ctx.cancelled() => return Err(ActivityError::cancelled()),
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
    Ok(format!("car in {city} from the supplier who is {supplier}"))
}
