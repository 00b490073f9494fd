//! The routes of the service: each pattern of using a workflow is a handler of a few lines.

use durable::Error;
use durable::client::{ClientService, Idempotency};
use durable::prelude::*;
use durable::web::axum::extract::{Extension, Path, Query};
use durable::web::axum::http::StatusCode;
use durable::web::axum::middleware::from_fn;
use durable::web::axum::response::Response;
use durable::web::axum::routing::{get, post};
use durable::web::axum::{Json, Router};
use durable::web::{self, Events, Input, LastEventId, Problem, Started};

use crate::page;
use crate::workflow::{Order, OrderWorkflow, Receipt, Stage};

/// The longest time that a request waits for a result. Proxies give up after 30 or 60 seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the whole service.
pub fn router(temporal: &ClientService, events: &Events) -> Router {
    Router::new()
        .route("/orders", post(place))
        .route("/orders/execute", post(execute))
        .route("/orders/later", post(later))
        .route("/orders/{id}", get(status))
        .route("/orders/{id}/approve", post(approve))
        .route("/orders/{id}/cancel", post(cancel))
        .route("/orders/{id}/result", get(result))
        .route("/orders/{id}/events", get(follow))
        .merge(page::routes())
        .merge(web::health(temporal))
        .with_state(temporal.clone())
        .layer(Extension(events.clone()))
        .layer(from_fn(web::trace))
}

/// Starts an order and returns at once. One that was sent twice is answered with 409 and its ids.
async fn place(client: Client, Input(order): Input<Order>) -> durable::Result<Started> {
    let location = format!("/orders/{}", order.id);
    let start = OrderWorkflow::start(&client, order).idempotency(Idempotency::OncePerId);
    Ok(Started::of(&start.await?).location(location))
}

/// Starts an order and waits for its receipt: 504 with the id if it takes too long.
async fn execute(client: Client, Input(order): Input<Order>) -> durable::Result<Json<Receipt>> {
    let order = OrderWorkflow::start(&client, order).idempotency(Idempotency::OncePerId).await?;
    Ok(Json(order.result_within(PATIENCE).await?))
}

#[derive(Deserialize)]
struct Delay {
    minutes: u32,
}

/// Starts an order later.
async fn later(
    client: Client,
    Query(delay): Query<Delay>,
    Input(order): Input<Order>,
) -> durable::Result<Started> {
    let delay = Duration::from_secs(60 * u64::from(delay.minutes));
    Ok(Started::of(&OrderWorkflow::schedule(&client, order, delay).await?))
}

/// Returns the state of an order.
async fn status(client: Client, Path(id): Path<String>) -> durable::Result<Json<OrderState>> {
    Ok(Json(order(&client, &id).state().await?))
}

/// The fields of the workflow that callers see.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderState {
    stage: Stage,
    total: f64,
    approved_by: Option<String>,
}

#[derive(Deserialize)]
struct Approval {
    by: String,
}

/// Sends a signal.
async fn approve(
    client: Client,
    Path(id): Path<String>,
    Input(approval): Input<Approval>,
) -> durable::Result<StatusCode> {
    order(&client, &id).approve(approval.by).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sends an update. Its refusal is told in the words of the workflow, which have no secrets.
async fn cancel(
    client: Client,
    Path(id): Path<String>,
    Input(()): Input<()>,
) -> Result<Json<Stage>, Problem> {
    let cancelled = order(&client, &id).cancel_order().await;
    cancelled.map(Json).map_err(|error| match &error {
        Error::UpdateFailed { failure, .. } => {
            let words = failure.root().message().to_owned();
            Problem::from(error).detail(words)
        }
        _ => error.into(),
    })
}

/// Waits for the receipt of an order that was placed before.
async fn result(client: Client, Path(id): Path<String>) -> durable::Result<Json<Receipt>> {
    Ok(Json(order(&client, &id).result_within(PATIENCE).await?))
}

/// Follows an order: its state whenever it changes, and its receipt.
async fn follow(
    client: Client,
    Extension(events): Extension<Events>,
    Path(id): Path<String>,
    last: LastEventId,
) -> Result<Response, Problem> {
    events.follow(&order(&client, &id), last).await
}

fn order(client: &Client, id: &str) -> crate::workflow::OrderWorkflowHandle {
    OrderWorkflow::handle(client, format!("order-{id}"))
}
