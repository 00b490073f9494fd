//! Traces of HTTP requests, which go on in the workflows that they start.

use durable::prelude::*;
use durable::web::axum::Router;
use durable::web::axum::extract::{Path, State};
use durable::web::axum::http::Method;
use durable::web::axum::middleware::from_fn;
use durable::web::axum::routing::post;
use durable::web::{self, axum};
use durable_tests::http::Http;
use durable_tests::{client, unique};
use opentelemetry::trace::SpanId;

use crate::process::telemetry;
use crate::traces::{caller, counted, spans_of, tree};

async fn start(State(client): State<Client>, Path(id): Path<String>) -> durable::Result<String> {
    let nobody = client.start("Requested", unique("nobody"), serde_json::json!(1)).id(id).await?;
    nobody.terminate("the test is done").await?;
    Ok(nobody.id().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_an_http_caller_goes_on_in_the_workflows_of_the_handler() {
    telemetry();
    let app = Router::new().route("/orders/{id}", post(start)).with_state(client().await);
    let app = app.layer(from_fn(web::trace));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let http = Http::new(&listener.local_addr().expect("it is bound"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let (_, trace) = caller();
    let parent = format!("00-{trace}-{}-01", SpanId::from(77));
    for traceparent in [parent.as_str(), "not a context"] {
        let path = format!("/orders/{}", unique("requested"));
        let headers = [("traceparent", traceparent)];
        let answer = http.send(Method::POST, &path, &headers, String::new()).await;
        assert_eq!(answer.expect("the server answers").status, 200);
    }
    let spans = spans_of(&trace, 2).await;
    let expected =
        [("caller > POST /orders/{id}", 1), ("POST /orders/{id} > StartWorkflow:Requested", 1)];
    assert_eq!(tree(&spans), counted(&expected), "{spans:#?}");
}
