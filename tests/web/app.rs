//! The web service of these tests: the usual ways to use a workflow, each as a handler.

use durable::client::{ClientService, Idempotency};
use durable::error::ApplicationFailure;
use durable::prelude::*;
use durable::web::axum::extract::{Extension, Path, Query};
use durable::web::axum::http::StatusCode;
use durable::web::axum::middleware::from_fn;
use durable::web::axum::response::Response;
use durable::web::axum::routing::{get, post};
use durable::web::axum::{Json, Router};
use durable::web::{self, Events, Input, LastEventId, Problem, Started};

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub name: String,
    pub price: f64,
}

/// An order that waits for an approval, unless it is small.
#[workflow(queue = "web-orders", id = "web-order-{id}")]
#[derive(Default, Serialize)]
pub struct WebOrder {
    stage: String,
    approved: bool,
}

#[workflow_methods]
impl WebOrder {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<f64> {
        let total: f64 = order.items.iter().map(|item| item.price).sum();
        if total < 0.0 {
            let failure = ApplicationFailure::builder("a price of SECRET is negative");
            let failure = failure.type_name("NegativePrice").non_retryable(true);
            return Err(failure.build().into());
        }
        if total >= 100.0 {
            ctx.state_mut(|state| state.stage = String::from("waits for approval"));
            ctx.wait_condition(|state| state.approved).await?;
        }
        ctx.state_mut(|state| state.stage = String::from("done"));
        Ok(total)
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[query]
    fn stage(&self) -> String {
        self.stage.clone()
    }

    #[update]
    fn rename(&mut self, stage: String) -> String {
        std::mem::replace(&mut self.stage, stage)
    }

    #[update_validator(rename)]
    fn named(&self, stage: &str) -> Result<(), String> {
        if stage.is_empty() { Err("the name of SECRET is empty".to_owned()) } else { Ok(()) }
    }
}

/// Starts an order, and returns at once. An order that was sent twice is one order.
async fn start(client: Client, Input(order): Input<Order>) -> durable::Result<Started> {
    let order = WebOrder::start(&client, order).idempotency(Idempotency::OncePerId).await?;
    let location = format!("/orders/{}", order.id());
    Ok(Started::of(&order).location(location))
}

/// Starts an order, and waits for its result.
async fn execute(
    client: Client,
    Query(limit): Query<Limit>,
    Input(order): Input<Order>,
) -> durable::Result<Json<f64>> {
    let order = WebOrder::start(&client, order).await?;
    Ok(Json(order.result_within(limit.duration()).await?))
}

/// Starts an order later.
async fn schedule(
    client: Client,
    Query(delay): Query<Limit>,
    Input(order): Input<Order>,
) -> durable::Result<Started> {
    Ok(Started::of(&WebOrder::schedule(&client, order, delay.duration()).await?))
}

/// Returns the state of an order.
async fn status(client: Client, Path(id): Path<String>) -> durable::Result<Json<String>> {
    Ok(Json(WebOrder::handle(&client, id).stage().await?))
}

/// Sends a signal to an order.
async fn approve(client: Client, Path(id): Path<String>) -> durable::Result<StatusCode> {
    WebOrder::handle(&client, id).approve().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Waits for the result of an order that was started before.
async fn result(
    client: Client,
    Path(id): Path<String>,
    Query(limit): Query<Limit>,
) -> durable::Result<Json<f64>> {
    let order = WebOrder::handle(&client, id);
    Ok(Json(order.result_within(limit.duration()).await?))
}

/// Sends an update to an order.
async fn rename(
    client: Client,
    Path(id): Path<String>,
    Input(stage): Input<String>,
) -> durable::Result<Json<String>> {
    Ok(Json(WebOrder::handle(&client, id).rename(stage).await?))
}

/// Follows an order.
async fn follow(
    client: Client,
    Extension(events): Extension<Events>,
    Path(id): Path<String>,
    last: LastEventId,
) -> Result<Response, Problem> {
    events.follow(&WebOrder::handle(&client, id), last).await
}

/// Follows the stage of an order alone.
async fn follow_stage(
    client: Client,
    Extension(events): Extension<Events>,
    Path(id): Path<String>,
    last: LastEventId,
) -> Result<Response, Problem> {
    let order = WebOrder::handle(&client, id);
    events.follow_by(&order, last, |order| async move { order.stage().await }).await
}

/// A time, in milliseconds.
#[derive(Deserialize)]
struct Limit {
    ms: Option<u64>,
}

impl Limit {
    fn duration(&self) -> Duration {
        Duration::from_millis(self.ms.unwrap_or(20_000))
    }
}

/// The routes of the service.
pub fn router(temporal: ClientService, events: Events) -> Router {
    Router::new()
        .route("/orders", post(start))
        .route("/orders/execute", post(execute))
        .route("/orders/schedule", post(schedule))
        .route("/orders/{id}", get(status))
        .route("/orders/{id}/approve", post(approve))
        .route("/orders/{id}/result", get(result))
        .route("/orders/{id}/rename", post(rename))
        .route("/orders/{id}/events", get(follow))
        .route("/orders/{id}/stages", get(follow_stage))
        .merge(web::health(&temporal))
        .with_state(temporal)
        .layer(Extension(events))
        .layer(from_fn(web::trace))
}
