//! A web service that uses the orders: the counterparts of the endpoints in Python.

use durable::client::ClientService;
use durable::prelude::*;
use durable::web::axum::extract::{FromRef, Path, Query, State};
use durable::web::axum::http::StatusCode;
use durable::web::axum::routing::{get, post};
use durable::web::axum::{Json, Router};
use durable::web::{self, Input, Started};
use serde_json::{Value, json};

use crate::approvals::ApprovalWorkflow;
use crate::orders::{OrderInput, OrderOutput, OrderWorkflow};
use crate::reports::{generate_report, report_status};

fn orders(temporal: ClientService) -> Router {
    Router::new().route("/orders", post(create_order)).with_state(temporal)
}

async fn create_order(client: Client, Input(order): Input<OrderInput>) -> durable::Result<Started> {
    let handle = OrderWorkflow::start(&client, order).await?;
    Ok(Started::of(&handle))
}

/// The state of a larger application, of which the service is a part.
#[derive(Clone)]
struct App {
    temporal: ClientService,
    shop: String,
}

impl FromRef<App> for ClientService {
    fn from_ref(app: &App) -> Self {
        app.temporal.clone()
    }
}

async fn my_endpoint(client: Client) -> String {
    format!("connected to {}", client.namespace())
}

async fn my_other_endpoint(State(app): State<App>) -> durable::Result<String> {
    let client = app.temporal.client().await?;
    Ok(format!("{} uses {}", app.shop, client.namespace()))
}

/// The longest time that a request waits for a workflow.
const PATIENCE: Duration = Duration::from_secs(20);

async fn create_order_sync(
    client: Client,
    Input(order): Input<OrderInput>,
) -> durable::Result<Json<OrderOutput>> {
    let handle = OrderWorkflow::start(&client, order).await?;
    Ok(Json(handle.result_within(PATIENCE).await?))
}

#[derive(Deserialize)]
struct Delay {
    delay_minutes: u64,
}

async fn schedule_order(
    client: Client,
    Query(Delay { delay_minutes }): Query<Delay>,
    Input(order): Input<OrderInput>,
) -> durable::Result<Started> {
    let delay = Duration::from_secs(60 * delay_minutes);
    let handle = OrderWorkflow::schedule(&client, order, delay).await?;
    Ok(Started::of(&handle))
}

/// The fields of the workflow that callers see.
#[derive(Serialize, Deserialize)]
struct OrderState {
    stage: String,
}

async fn get_order_status(
    client: Client,
    Path(workflow_id): Path<String>,
) -> durable::Result<Json<OrderState>> {
    let handle = OrderWorkflow::handle(&client, workflow_id);
    Ok(Json(handle.state().await?))
}

async fn describe_order(
    client: Client,
    Path(workflow_id): Path<String>,
) -> durable::Result<Json<Value>> {
    let description = OrderWorkflow::handle(&client, workflow_id).describe().await?;
    Ok(Json(json!({
        "workflow_status": format!("{:?}", description.status()),
        "start_time": description.start_time(),
    })))
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

async fn cancel_order(
    client: Client,
    Path(workflow_id): Path<String>,
    Query(Reason { reason }): Query<Reason>,
) -> durable::Result<StatusCode> {
    OrderWorkflow::handle(&client, workflow_id).request_cancel(reason).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn get_order_result(
    client: Client,
    Path(workflow_id): Path<String>,
) -> durable::Result<Json<OrderOutput>> {
    let handle = OrderWorkflow::handle(&client, workflow_id);
    Ok(Json(handle.result_within(PATIENCE).await?))
}

async fn approve_workflow(
    client: Client,
    Path(workflow_id): Path<String>,
) -> durable::Result<StatusCode> {
    ApprovalWorkflow::handle(&client, workflow_id).approve().await?;
    Ok(StatusCode::ACCEPTED)
}

async fn health_check(State(temporal): State<ClientService>) -> Json<Value> {
    let healthy = temporal.health().await.is_ok();
    Json(json!({
        "status": if healthy { "healthy" } else { "degraded" },
        "temporal": {
            "enabled": temporal.is_enabled(),
            "healthy": healthy,
            "url": temporal.url(),
            "namespace": temporal.namespace(),
        },
    }))
}

fn everything(temporal: &ClientService) -> Router {
    let app = App { temporal: temporal.clone(), shop: "the shop".to_owned() };
    let of_app = Router::new()
        .route("/mine", get(my_endpoint))
        .route("/other", get(my_other_endpoint))
        .with_state(app);
    Router::new()
        .route("/orders/sync", post(create_order_sync))
        .route("/orders/scheduled", post(schedule_order))
        .route("/orders/{workflow_id}/status", get(get_order_status))
        .route("/orders/{workflow_id}/description", get(describe_order))
        .route("/orders/{workflow_id}/cancel", post(cancel_order))
        .route("/orders/{workflow_id}/result", get(get_order_result))
        .route("/approvals/{workflow_id}/approve", post(approve_workflow))
        .route("/reports/generate", post(generate_report))
        .route("/reports/{report_id}/status", get(report_status))
        .route("/health", get(health_check))
        .merge(web::health(temporal))
        .with_state(temporal.clone())
        .merge(orders(temporal.clone()))
        .merge(of_app)
}

mod tests {
    use durable::testing::TestEnv;
    use durable_tests::eventually;
    use durable_tests::http::Http;
    use serde_json::to_value;
    use tokio::net::TcpListener;

    use super::*;
    use crate::approvals::{ApprovalInput, ApprovalOutput};
    use crate::orders::{charge_payment, order};
    use crate::reports::analyze;

    /// Serves everything on a free port, until the runtime of the test ends.
    async fn serve(temporal: ClientService) -> Http {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let app = everything(&temporal);
        tokio::spawn(async move { durable::web::axum::serve(listener, app).await });
        Http::new(&address)
    }

    /// A service of the server of this test, which isn't connected yet.
    async fn http(env: &TestEnv) -> Http {
        let client = env.client();
        let builder = Client::builder().address(client.address()).namespace(client.namespace());
        serve(ClientService::new(builder)).await
    }

    fn body(id: &str) -> Value {
        to_value(order(id)).expect("it is JSON")
    }

    #[durable::test]
    async fn an_order_is_started_by_a_request(env: TestEnv) -> durable::Result<()> {
        let http = http(&env).await;
        let started = http.post("/orders", &body("1")).await;
        assert_eq!(started.status, 202, "{started:?}");
        assert_eq!(started.json()["workflow_id"], "order-1");
        let result = http.get("/orders/order-1/result").await.json();
        assert_eq!(result["status"], "completed");
        let description = http.get("/orders/order-1/description").await.json();
        assert_eq!(description["workflow_status"], "Completed", "{description}");
        assert!(!description["start_time"].is_null(), "{description}");
        Ok(())
    }

    #[durable::test]
    async fn handlers_get_the_client_in_two_ways(env: TestEnv) -> durable::Result<()> {
        let http = http(&env).await;
        let namespace = env.client().namespace();
        assert_eq!(http.get("/mine").await.body, format!("connected to {namespace}"));
        assert_eq!(http.get("/other").await.body, format!("the shop uses {namespace}"));
        Ok(())
    }

    #[durable::test]
    async fn an_order_is_executed_by_a_request(env: TestEnv) -> durable::Result<()> {
        let executed = http(&env).await.post("/orders/sync", &body("1")).await;
        assert_eq!(
            (executed.status.as_u16(), &executed.json()["status"]),
            (200, &"completed".into())
        );
        Ok(())
    }

    #[durable::test]
    async fn an_order_is_scheduled_by_a_request(env: TestEnv) -> durable::Result<()> {
        let scheduled =
            http(&env).await.post("/orders/scheduled?delay_minutes=5", &body("1")).await;
        assert_eq!(scheduled.status, 202, "{scheduled:?}");
        let order = OrderWorkflow::handle(env.client(), "order-1");
        let (description, now) = (order.describe().await?, std::time::SystemTime::now());
        let execution = description.execution_time().expect("it has one");
        assert!(execution > now + Duration::from_secs(200), "{execution:?}");
        assert_eq!(order.result().await?.status, "completed");
        Ok(())
    }

    #[durable::test]
    async fn an_order_is_asked_and_cancelled_by_requests(env: TestEnv) -> durable::Result<()> {
        let charges = env.mock::<charge_payment>().hangs();
        let http = http(&env).await;
        http.post("/orders", &body("1")).await;
        eventually("charge", async || (charges.count() == 1).then_some(())).await;
        let status = http.get("/orders/order-1/status").await;
        assert_eq!(status.json(), json!({ "stage": "charging" }), "{status:?}");
        let cancelled = http.post("/orders/order-1/cancel?reason=late", &().into()).await;
        assert_eq!(cancelled.status, 202, "{cancelled:?}");
        let result = http.get("/orders/order-1/result").await;
        assert_eq!(result.status, 409, "{result:?}");
        assert_eq!(http.get("/orders/order-2/status").await.status, 404);
        Ok(())
    }

    #[durable::test]
    async fn a_request_is_approved_by_a_request(env: TestEnv) -> durable::Result<()> {
        let input = ApprovalInput { approver_email: "ada@example.com".to_owned() };
        let approval = ApprovalWorkflow::start(env.client(), input).id("approval-1").await?;
        let approved = http(&env).await.post("/approvals/approval-1/approve", &().into()).await;
        assert_eq!(approved.status, 202, "{approved:?}");
        assert_eq!(approval.result().await?, ApprovalOutput { status: "approved".to_owned() });
        Ok(())
    }

    #[durable::test]
    async fn a_report_is_generated_in_the_background(env: TestEnv) -> durable::Result<()> {
        let http = http(&env).await;
        let analyses = env.mock::<analyze>().hangs();
        let started = http.post("/reports/generate", &"sales".into()).await.json();
        let id = started["report_id"].as_str().expect("it has an id").to_owned();
        let path = format!("/reports/{id}/status");
        assert_eq!(started["status_url"], *path);
        eventually("analysis", async || (analyses.count() == 1).then_some(())).await;
        let status = http.get(&path).await.json();
        assert_eq!(status, json!({ "status": "processing", "progress": 50 }));
        env.mock::<analyze>().returns("good".to_owned());
        env.client().workflow(&id).terminate("the test goes on").await?;

        let started = http.post("/reports/generate", &"sales".into()).await.json();
        let path = started["status_url"].as_str().expect("it has one").to_owned();
        let done = eventually("report", async || {
            let status = http.get(&path).await.json();
            (status["status"] == "completed").then_some(status)
        });
        assert_eq!(done.await["result"], "sales: good");
        Ok(())
    }

    #[durable::test]
    async fn health_tells_of_the_server(env: TestEnv) -> durable::Result<()> {
        let http = http(&env).await;
        let health = http.get("/health").await.json();
        assert_eq!(health["status"], "healthy", "{health}");
        assert_eq!(health["temporal"]["namespace"], *env.client().namespace());
        assert_eq!(http.get("/readyz").await.status, 200);
        let gone = Client::builder().address("127.0.0.1:1");
        let gone = serve(ClientService::new(gone).connect_limit(Duration::ZERO)).await;
        assert_eq!(gone.get("/health").await.json()["status"], "degraded");
        assert_eq!(gone.get("/readyz").await.status, 503);
        Ok(())
    }
}
