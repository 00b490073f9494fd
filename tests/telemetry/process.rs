//! The telemetry of this process, which its tests share, and the reading of its metrics.

use std::sync::OnceLock;

use durable::telemetry::Telemetry;

use crate::capture::Capture;
use crate::collector::Collector;

/// The collector of this process.
pub fn collector() -> &'static Collector {
    static COLLECTOR: OnceLock<Collector> = OnceLock::new();
    COLLECTOR.get_or_init(Collector::start)
}

/// Starts the telemetry of this process.
pub fn telemetry() -> &'static Telemetry {
    static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();
    TELEMETRY.get_or_init(|| {
        // The log of a test would be the subscriber of this process otherwise.
        Capture::of_this_process();
        durable::telemetry::builder()
            .without_logs()
            .service_name("tests")
            .otlp_endpoint(&collector().url)
            .metrics_address("127.0.0.1:0")
            .buckets("order_cents", [100.0, 1000.0])
            .init()
            .expect("it starts")
    })
}

/// A sample of a metric: its name, labels and value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

impl Sample {
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the text format of Prometheus.
pub fn samples(text: &str) -> Vec<Sample> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a series and its value");
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().expect("a number") };
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').expect("the labels end");
    let label = |text: &str| {
        let (name, value) = text.split_once("=\"").expect("a label and its value");
        (name.to_owned(), value.to_owned())
    };
    let labels = labels
        .strip_suffix('"')
        .map_or_else(Vec::new, |labels| labels.split("\",").map(label).collect());
    Sample { name: name.to_owned(), labels, value }
}

/// Returns the value of a metric with these labels among others, summed over the others.
pub fn value(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let fits = |sample: &&Sample| {
        sample.name == name
            && labels.iter().all(|(label, value)| sample.label(label) == Some(value))
    };
    let found: Vec<_> = samples.iter().filter(fits).map(|sample| sample.value).collect();
    (!found.is_empty()).then(|| found.iter().sum())
}

/// Reads the metrics of this process.
pub async fn scraped() -> Vec<Sample> {
    samples(&telemetry().metrics_text().await.expect("there is a meter"))
}

/// Gets a path by HTTP.
pub async fn get(address: std::net::SocketAddr, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it takes requests");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    answer
}
