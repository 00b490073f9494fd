//! A client of HTTP with persistent connections, which also reads server-sent events.

use durable::web::axum::body::{Body, BodyDataStream, to_bytes};
use durable::web::axum::http::header::{CONTENT_TYPE, HeaderMap};
use durable::web::axum::http::{Method, Request, Response, StatusCode};
use futures_util::StreamExt as _;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// A client of one server.
#[derive(Clone)]
pub struct Http {
    client: Client<HttpConnector, Body>,
    address: String,
}

/// An answer with its whole body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// Returns the body as JSON, or null if it isn't.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Returns a header, or an empty text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Http {
    /// Creates a client of the server at this address.
    #[must_use]
    pub fn new(address: &(impl ToString + ?Sized)) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address: address.to_string() }
    }

    /// Returns the server's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request with these headers, and returns the answer when its head is there.
    ///
    /// # Errors
    /// Returns the error of the connection.
    ///
    /// # Panics
    /// Panics if a header is invalid.
    pub async fn begin(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Response<Body>, Error> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        let url = format!("http://{}{path}", self.address);
        *request.uri_mut() = url.parse().expect("the path is valid");
        for (name, value) in headers {
            let name = name.parse::<durable::web::axum::http::HeaderName>().expect("it is a name");
            request.headers_mut().insert(name, value.parse().expect("it is a value"));
        }
        Ok(self.client.request(request).await?.map(Body::new))
    }

    /// Sends a request, and reads the answer to its end.
    ///
    /// # Errors
    /// Returns a text if the connection can't be made or ends early.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, String> {
        let response = self.begin(method, path, headers, body).await;
        let (head, body) = response.map_err(|error| error.to_string())?.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(|error| error.to_string())?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// Gets a path.
    ///
    /// # Panics
    /// Panics if there is no answer.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await.expect("the server answers")
    }

    /// Posts JSON.
    ///
    /// # Panics
    /// Panics if there is no answer.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [(CONTENT_TYPE.as_str(), "application/json")];
        let answer = self.send(Method::POST, path, &headers, body.to_string()).await;
        answer.expect("the server answers")
    }

    /// Follows server-sent events.
    ///
    /// # Errors
    /// Returns the answer if it isn't a stream of events.
    ///
    /// # Panics
    /// Panics if there is no answer.
    pub async fn events(&self, path: &str, last: Option<&str>) -> Result<Events, Answer> {
        let headers: Vec<_> = last.map(|last| ("last-event-id", last)).into_iter().collect();
        let response = self.begin(Method::GET, path, &headers, String::new()).await;
        let (head, body) = response.expect("the server answers").into_parts();
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Ok(Events {
                stream: body.into_data_stream(),
                text: String::new(),
                comments: 0,
            });
        }
        let body = to_bytes(body, usize::MAX).await.expect("the answer ends");
        let body = String::from_utf8_lossy(&body).into_owned();
        Err(Answer { status: head.status, headers: head.headers, body })
    }
}

/// A stream of server-sent events.
pub struct Events {
    stream: BodyDataStream,
    text: String,
    /// The number of comments so far.
    pub comments: usize,
}

/// A server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The field `event`.
    pub name: String,
    /// The field `id`.
    pub id: String,
    /// The field `data`, which is JSON.
    pub data: Value,
}

impl Events {
    /// Returns the next event, or `None` at the end of the stream.
    ///
    /// # Panics
    /// Panics if the stream breaks off, or its data is not JSON.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = String::from(rest);
                if let Some(event) = self.read(&block) {
                    return Some(event);
                }
            }
            let data = self.stream.next().await?.expect("the stream goes on");
            self.text.push_str(&String::from_utf8_lossy(&data));
        }
    }

    fn read(&mut self, block: &str) -> Option<Event> {
        let field = |name: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
        };
        self.comments += block.lines().filter(|line| line.starts_with(':')).count();
        let data = serde_json::from_str(&field("data")?).expect("the data is JSON");
        Some(Event { name: field("event")?, id: field("id")?, data })
    }

    /// Returns all events up to the end.
    ///
    /// # Panics
    /// Panics if the stream breaks off.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}
