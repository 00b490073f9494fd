//! Finding the reason of a failed connection.
//!
//! The error of the SDK's transport depends on the step that failed: with TLS 1.3 the server
//! requests a missing certificate only after the handshake, and the text of a proxy's answer is lost. So a
//! failed connection is tried once more here, step by step.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{Empty, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, PROXY_AUTHORIZATION, TE};
use hyper::{Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use temporalio_client::HttpConnectProxyOptions;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::{Answer, LIMIT};
use super::target::Target;
use crate::error::TlsProblem;
use crate::tls::speaks_tls;

/// The longest time of each step.
const STEP: Duration = Duration::from_secs(2);

/// The time for a server to send the first bytes. A server of HTTP/2 sends them at once, when it has
/// accepted the client's certificate.
const FIRST_BYTES: Duration = Duration::from_millis(500);

/// The first bytes of a client of HTTP/2, with empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// The path of the SDK's first call.
const PATH: &str = "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";

/// The reason of a failed connection.
pub(super) enum Reason {
    Tls(TlsProblem),
    /// Something answers in the place of the server.
    Answer(Answer),
    /// The HTTP proxy does not make the connection.
    Proxy(Answer),
}

/// A connection, with or without a proxy and TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Returns the reason of a failed connection, or `None` if there is no special one.
pub(super) async fn diagnose(target: &Target) -> Option<Reason> {
    // The tasks of the connections end with the set.
    let mut tasks = JoinSet::new();
    let found = Diagnosing { target, tasks: &mut tasks }.run().await;
    found.unwrap_or_else(Some)
}

struct Diagnosing<'a> {
    target: &'a Target,
    tasks: &'a mut JoinSet<()>,
}

impl Diagnosing<'_> {
    /// Tries the steps of a connection. An error is the reason that was found.
    async fn run(&mut self) -> Result<Option<Reason>, Reason> {
        if self.target.secured.is_none() {
            let Some(stream) = self.tunnel().await? else { return Ok(None) };
            let host = self.target.address.bare_host();
            if timeout(STEP, speaks_tls(stream, host)).await.unwrap_or(false) {
                return Err(Reason::Tls(TlsProblem::ServerWithTls));
            }
        }
        let Some(stream) = self.connected().await? else { return Ok(None) };
        match timeout(STEP, first_bytes(stream)).await {
            Ok(Ok(bytes)) => {
                if let Some(answer) = Answer::parse(&bytes) {
                    return Err(Reason::Answer(answer));
                }
            }
            Ok(Err(error)) => {
                let problem = self.target.secured.as_ref().and_then(|tls| tls.problem(error));
                return Ok(problem.map(Reason::Tls));
            }
            Err(_) => return Ok(None),
        }
        let Some(stream) = self.connected().await? else { return Ok(None) };
        let answer = timeout(STEP, self.request(stream)).await.ok().flatten();
        Ok(answer.map(Reason::Answer))
    }

    /// Connects, with TLS if it is on.
    async fn connected(&mut self) -> Result<Option<Box<dyn Stream>>, Reason> {
        let Some(stream) = self.tunnel().await? else { return Ok(None) };
        let Some(secured) = &self.target.secured else { return Ok(Some(stream)) };
        match timeout(STEP, secured.handshake(stream)).await {
            Ok(Ok(stream)) => Ok(Some(Box::new(stream))),
            Ok(Err(error)) => match secured.problem(error) {
                Some(problem) => Err(Reason::Tls(problem)),
                None => Ok(None),
            },
            Err(_) => Ok(None),
        }
    }

    /// Connects to the server's port, directly or through the proxy.
    async fn tunnel(&mut self) -> Result<Option<Box<dyn Stream>>, Reason> {
        let address = &self.target.address;
        let Some(proxy) = &self.target.proxy else {
            let connecting = TcpStream::connect((address.bare_host(), address.port));
            let stream = timeout(STEP, connecting).await.ok().and_then(Result::ok);
            return Ok(stream.map(|stream| Box::new(stream) as _));
        };
        let asking = ask_proxy(proxy, address.to_string(), self.tasks);
        timeout(STEP, asking).await.ok().flatten().transpose().map_err(Reason::Proxy)
    }

    /// Sends the SDK's first call, and returns the answer if it is not one of gRPC.
    async fn request(&mut self, stream: Box<dyn Stream>) -> Option<Answer> {
        let io = TokioIo::new(stream);
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.ok()?;
        self.tasks.spawn(async move { drop(connection.await) });
        let scheme = if self.target.secured.is_some() { "https" } else { "http" };
        let mut request = Request::post(format!("{scheme}://{}{PATH}", self.target.authority()))
            .header(CONTENT_TYPE, "application/grpc")
            .header(TE, "trailers");
        // Without the credentials, the answer could be another one.
        for (name, value) in &self.target.headers {
            request = request.header(name, value);
        }
        if let Some(key) = &self.target.api_key {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        // An empty message.
        let request = request.body(Full::new(Bytes::from_static(&[0; 5]))).ok()?;
        let response = sender.send_request(request).await.ok()?;
        let content = response.headers().get(CONTENT_TYPE);
        let is_grpc = content.is_some_and(|it| it.as_bytes().starts_with(b"application/grpc"));
        if is_grpc { None } else { Some(Answer::read(response).await) }
    }
}

/// Asks a proxy for a connection, and returns its answer if it makes none.
async fn ask_proxy(
    proxy: &HttpConnectProxyOptions,
    address: String,
    tasks: &mut JoinSet<()>,
) -> Option<Result<Box<dyn Stream>, Answer>> {
    let stream = TcpStream::connect(&proxy.target_addr).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tasks.spawn(async move { drop(connection.with_upgrades().await) });
    let uri: Uri = address.parse().ok()?;
    let mut request = Request::connect(uri).header(HOST, address);
    if let Some((user, password)) = &proxy.basic_auth {
        let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
        request = request.header(PROXY_AUTHORIZATION, format!("Basic {credentials}"));
    }
    let response = sender.send_request(request.body(Empty::<Bytes>::new()).ok()?).await.ok()?;
    if response.status().is_success() {
        let stream = hyper::upgrade::on(response).await.ok()?;
        Some(Ok(Box::new(TokioIo::new(stream))))
    } else {
        Some(Err(Answer::read(response).await))
    }
}

/// Returns the first bytes of a server, and all of them if it answers with HTTP/1.
async fn first_bytes(mut stream: Box<dyn Stream>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; LIMIT];
    let mut length = if let Ok(read) = timeout(FIRST_BYTES, stream.read(&mut bytes)).await {
        read?
    } else {
        stream.write_all(PREFACE).await?;
        stream.flush().await?;
        stream.read(&mut bytes).await?
    };
    // The body may come later than the head.
    while length > 0 && bytes.starts_with(b"HTTP/") && length < LIMIT {
        match timeout(FIRST_BYTES, stream.read(&mut bytes[length..])).await {
            Ok(Ok(more)) if more > 0 => length += more,
            _ => break,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}
