//! The lines about a server that goes away and is back.

use durable::client::Client;
use durable::dev_server::{DevServer, DevServerBuilder};
use durable::worker::Workers;
use tracing::Level;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::capture::{Capture, Line};

fn server(database: &std::path::Path) -> DevServerBuilder {
    DevServer::builder().database(database)
}

async fn said(capture: &Capture, words: &str) -> Vec<Line> {
    durable_tests::eventually(words, || async {
        let lines = capture.lines(|line| line.message.contains(words));
        (!lines.is_empty()).then_some(lines)
    })
    .await
}

#[tokio::test]
async fn a_server_that_goes_away_and_is_back_is_one_line_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("state.db");
    let capture = Capture::default();
    let filter = EnvFilter::new(durable::telemetry::filter("info"));
    let subscriber = tracing_subscriber::registry().with(filter).with(capture.clone());
    let _collecting = tracing::subscriber::set_default(subscriber);
    let first = server(&database).start().await.expect("it starts");
    let port = first.address().rsplit(':').next().and_then(|port| port.parse().ok());
    let port = port.expect("an address ends with a port");
    let client = Client::connect(first.address()).await.expect("it answers");
    let workers = Workers::new(&client).queues(["logs"]).start().await.expect("they start");
    said(&capture, "serves namespace").await;
    first.shutdown().await.expect("it ends");
    let away = said(&capture, "the server is away").await;
    assert_eq!(away[0].level, Level::WARN);
    let second = server(&database).port(port).start().await.expect("it starts again");
    let back = said(&capture, "the server is back after").await;
    assert_eq!(back[0].level, Level::INFO);
    workers.shutdown().await.expect("they stop");
    second.shutdown().await.expect("it ends");
    let of_the_server = capture.lines(|line| {
        let is_ours = line.message.contains("the server is");
        is_ours || line.message.contains("retried")
    });
    assert_eq!(of_the_server.len(), 2, "{of_the_server:#?}");
}
