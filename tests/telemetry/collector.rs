//! A collector of OTLP over gRPC, in this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::{Buf as _, Bytes};
use durable_tests::Shared;
use http::{HeaderMap, HeaderValue, Response};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as ProtoSpan;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;
use tokio::net::{TcpListener, TcpStream};

/// A span as the collector got it.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty if it begins the trace.
    pub parent: String,
    pub attributes: BTreeMap<String, String>,
    /// The message of an error.
    pub error: Option<String>,
    /// The traces and spans that it refers to.
    pub links: Vec<(String, String)>,
    pub nanoseconds: u64,
    pub service: String,
}

/// A running collector.
#[derive(Clone)]
pub struct Collector {
    pub url: String,
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Collector {
    /// Starts a collector, which runs as long as this process.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it is a socket");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let collector = Self { url, spans: Arc::default(), metrics: Arc::default() };
        let accepting = collector.clone();
        Shared::get().runtime().spawn(async move {
            let listener = TcpListener::from_std(listener).expect("it is a socket");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        collector
    }

    async fn serve(self, stream: TcpStream) {
        let Ok(mut incoming) = h2::server::handshake(stream).await else { return };
        while let Some(Ok((request, mut answer))) = incoming.accept().await {
            let collector = self.clone();
            tokio::spawn(async move {
                let path = request.uri().path().to_owned();
                let mut body = request.into_body();
                let mut message = Vec::new();
                while let Some(Ok(data)) = body.data().await {
                    let _ = body.flow_control().release_capacity(data.len());
                    message.extend_from_slice(&data);
                }
                collector.take(&path, &message);
                let response = Response::builder().header("content-type", "application/grpc");
                let response = response.body(()).expect("it is well formed");
                let Ok(mut to) = answer.send_response(response, false) else { return };
                let _ = to.send_data(Bytes::from_static(&[0; 5]), false);
                let status = [("grpc-status", "0")].map(|(name, value)| {
                    (http::HeaderName::from_static(name), HeaderValue::from_static(value))
                });
                let _ = to.send_trailers(HeaderMap::from_iter(status));
            });
        }
    }

    /// Takes a request: a frame of gRPC.
    fn take(&self, path: &str, mut frame: &[u8]) {
        assert_eq!(frame.get_u8(), 0, "it is not compressed");
        assert_eq!(frame.get_u32() as usize, frame.len(), "there is one message");
        if path.ends_with("TraceService/Export") {
            let request = ExportTraceServiceRequest::decode(frame).expect("it is a request");
            let mut spans = self.spans.lock().expect("nobody panics with it");
            for resource in request.resource_spans {
                let of = resource.resource.unwrap_or_default().attributes;
                let service = texts(of).remove("service.name").unwrap_or_default();
                let all = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans.extend(all.map(|one| span(one, &service)));
            }
        } else {
            let request = ExportMetricsServiceRequest::decode(frame).expect("it is a request");
            let mut metrics = self.metrics.lock().expect("nobody panics with it");
            for resource in request.resource_metrics {
                for metric in resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
                    metrics.insert(metric.name, format!("{:?}", metric.data));
                }
            }
        }
    }

    /// Returns the spans so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().expect("nobody panics with it").clone()
    }

    /// Returns the metrics so far, by name.
    #[allow(dead_code, reason = "one of the binaries reads them")]
    pub fn metrics(&self) -> BTreeMap<String, String> {
        self.metrics.lock().expect("nobody panics with it").clone()
    }
}

fn span(span: ProtoSpan, service: &str) -> Span {
    let status = span.status.clone().unwrap_or_default();
    Span {
        name: span.name,
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        attributes: texts(span.attributes),
        error: (status.code() == StatusCode::Error).then_some(status.message),
        links: span.links.iter().map(|link| (hex(&link.trace_id), hex(&link.span_id))).collect(),
        nanoseconds: span.end_time_unix_nano - span.start_time_unix_nano,
        service: service.to_owned(),
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        other => format!("{other:?}"),
    };
    attributes.into_iter().map(|pair| (pair.key, text(pair.value))).collect()
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
