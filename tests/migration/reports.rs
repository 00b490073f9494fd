//! Long-running jobs behind web endpoints.

use durable::Error;
use durable::prelude::*;
use durable::web::Input;
use durable::web::axum::Json;
use durable::web::axum::extract::Path;
use serde_json::{Value, json};

#[activity(queue = "orders", start_to_close_timeout = "1h")]
pub async fn analyze(config: String) -> String {
    format!("{config} is good")
}

#[workflow(queue = "orders", execution_timeout = "2h")]
#[derive(Default, Serialize)]
pub struct ReportGenerationWorkflow {
    progress: u32,
}

#[workflow_methods]
impl ReportGenerationWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, config: String) -> WorkflowResult<String> {
        ctx.state_mut(|report| report.progress = 50);
        let analysis = analyze::execute(ctx, config.clone()).await?;
        ctx.state_mut(|report| report.progress = 100);
        Ok(format!("{config}: {analysis}"))
    }
}

pub async fn generate_report(
    client: Client,
    Input(config): Input<String>,
) -> durable::Result<Json<Value>> {
    let handle = ReportGenerationWorkflow::start(&client, config).await?;
    Ok(Json(json!({
        "report_id": handle.id(),
        "status": "generating",
        "status_url": format!("/reports/{}/status", handle.id()),
    })))
}

#[derive(Serialize, Deserialize)]
struct ReportState {
    progress: u32,
}

pub async fn report_status(
    client: Client,
    Path(report_id): Path<String>,
) -> durable::Result<Json<Value>> {
    let handle = ReportGenerationWorkflow::handle(&client, report_id);
    match handle.result_within(Duration::from_millis(100)).await {
        Ok(report) => Ok(Json(json!({ "status": "completed", "result": report }))),
        Err(Error::NoResultYet { .. }) => {
            let ReportState { progress } = handle.state().await?;
            Ok(Json(json!({ "status": "processing", "progress": progress })))
        }
        Err(error) => Err(error),
    }
}
