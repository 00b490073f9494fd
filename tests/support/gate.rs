//! A proxy before the dev server that takes requests apart: it asks for an API key, as a Temporal server with
//! an authorizer does, and can lose answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Shared;

/// The call that needs no key, as at a Temporal server.
const OPEN: &str = "GetSystemInfo";

/// A running proxy; it ends with the test's runtime.
pub struct Gate {
    address: String,
    state: Arc<State>,
}

struct State {
    key: watch::Sender<String>,
    /// The calls whose next answer is lost, by the name of the call.
    lost: Mutex<Vec<String>>,
    /// The calls that are never answered.
    stalled: Mutex<Vec<String>>,
    /// The names of the calls that came.
    calls: Mutex<Vec<String>>,
    /// The number of calls with a compressed request.
    compressed: AtomicUsize,
}

impl Gate {
    /// Starts a proxy that lets in who has this API key.
    ///
    /// # Panics
    /// Panics if there is no free port.
    pub async fn start(key: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let state = Arc::new(State {
            key: watch::Sender::new(key.to_owned()),
            lost: Mutex::default(),
            stalled: Mutex::default(),
            calls: Mutex::default(),
            compressed: AtomicUsize::default(),
        });
        let accepting = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, Arc::clone(&accepting)));
            }
        });
        Self { address, state }
    }

    /// The proxy's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Lets only callers with this API key in from now on. Calls that wait are ended.
    pub fn change_key(&self, key: &str) {
        self.state.key.send_replace(key.to_owned());
    }

    /// Loses the next answer to a call, after the server has carried it out.
    ///
    /// # Panics
    /// Panics if another test has panicked with it.
    pub fn lose_answer(&self, call: &str) {
        self.state.lost.lock().expect("nobody panics with it").push(call.to_owned());
    }

    /// Never answers a call from now on.
    ///
    /// # Panics
    /// Panics if another test has panicked with it.
    pub fn stall(&self, call: &str) {
        self.state.stalled.lock().expect("nobody panics with it").push(call.to_owned());
    }

    /// Returns how often a call came.
    ///
    /// # Panics
    /// Panics if another test has panicked with it.
    #[must_use]
    pub fn count(&self, call: &str) -> usize {
        let calls = self.state.calls.lock().expect("nobody panics with it");
        calls.iter().filter(|came| *came == call).count()
    }

    /// Returns the number of calls with a compressed request.
    #[must_use]
    pub fn compressed(&self) -> usize {
        self.state.compressed.load(Ordering::Relaxed)
    }
}

impl State {
    fn lets_in(&self, call: &str, request: &Request<RecvStream>) -> bool {
        let shown = request.headers().get("authorization").map(|shown| shown.as_bytes().to_vec());
        call == OPEN || shown == Some(format!("Bearer {}", *self.key.borrow()).into_bytes())
    }

    fn loses(&self, call: &str) -> bool {
        let mut lost = self.lost.lock().expect("nobody panics with it");
        let found = lost.iter().position(|lost| lost == call);
        found.map(|index| lost.remove(index)).is_some()
    }
}

async fn serve(client: TcpStream, state: Arc<State>) {
    let Ok(mut incoming) = h2::server::handshake(client).await else { return };
    let server = TcpStream::connect(Shared::get().address()).await;
    let server = server.expect("the dev server answers");
    let Ok((sender, connection)) = h2::client::handshake(server).await else { return };
    tokio::spawn(connection);
    while let Some(Ok((request, answer))) = incoming.accept().await {
        tokio::spawn(answered(request, answer, sender.clone(), Arc::clone(&state)));
    }
}

async fn answered(
    request: Request<RecvStream>,
    mut answer: SendResponse<Bytes>,
    sender: SendRequest<Bytes>,
    state: Arc<State>,
) {
    let call = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    state.calls.lock().expect("nobody panics with it").push(call.clone());
    if request.headers().get("grpc-encoding").is_some_and(|encoding| encoding == "gzip") {
        state.compressed.fetch_add(1, Ordering::Relaxed);
    }
    let mut key = state.key.subscribe();
    if !state.lets_in(&call, &request) {
        return refuse(&mut answer, "7", "Request unauthorized.");
    }
    if state.stalled.lock().expect("nobody panics with it").contains(&call) {
        return std::future::pending().await;
    }
    let response = tokio::select! {
        response = asked(request, sender) => response,
        _ = key.changed() => return refuse(&mut answer, "7", "Request unauthorized."),
    };
    if state.loses(&call) {
        return refuse(&mut answer, "14", "the answer is lost");
    }
    // Who does not wait any longer gets nothing.
    if let Some(response) = response {
        let _ = told(response, &mut answer).await;
    }
}

/// Passes a request on to the server.
async fn asked(
    request: Request<RecvStream>,
    sender: SendRequest<Bytes>,
) -> Option<Response<RecvStream>> {
    let (head, body) = request.into_parts();
    let mut sender = sender.ready().await.ok()?;
    let (response, mut to) = sender.send_request(Request::from_parts(head, ()), false).ok()?;
    piped(body, &mut to).await?;
    response.await.ok()
}

/// Passes an answer on to the client.
async fn told(response: Response<RecvStream>, answer: &mut SendResponse<Bytes>) -> Option<()> {
    let (head, body) = response.into_parts();
    let is_end = body.is_end_stream();
    let mut to = answer.send_response(Response::from_parts(head, ()), is_end).ok()?;
    if is_end { Some(()) } else { piped(body, &mut to).await }
}

async fn piped(mut from: RecvStream, to: &mut SendStream<Bytes>) -> Option<()> {
    while let Some(data) = from.data().await {
        let data = data.ok()?;
        let _ = from.flow_control().release_capacity(data.len());
        to.send_data(data, false).ok()?;
    }
    match from.trailers().await.ok()? {
        Some(trailers) => to.send_trailers(trailers).ok(),
        None => to.send_data(Bytes::new(), true).ok(),
    }
}

/// Answers with a status of gRPC.
fn refuse(answer: &mut SendResponse<Bytes>, status: &str, message: &str) {
    let response = Response::builder()
        .header("content-type", "application/grpc")
        .header("grpc-status", status)
        .header("grpc-message", message)
        .body(())
        .expect("it is well formed");
    let _ = answer.send_response(response, true);
}
