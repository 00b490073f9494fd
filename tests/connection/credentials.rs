//! API keys and headers: what is sent with each call, read by a server that takes requests apart and
//! lets nobody in.

use std::collections::BTreeMap;

use durable::error::ConnectionError;
use durable::{Client, Error};
use h2::server::SendResponse;
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;
use crate::connect;
use crate::front;

type Headers = BTreeMap<String, String>;

/// Serves one connection: tells the headers of each request, and answers that nobody may come in.
async fn doorkeeper(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    requests: mpsc::UnboundedSender<Headers>,
) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, answer))) = connection.accept().await {
        let _ = requests.send(headers(&request));
        refuse(answer);
    }
}

fn headers<B>(request: &Request<B>) -> Headers {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let scheme = request.uri().scheme_str().unwrap_or_default().to_owned();
    headers.chain([(":scheme".to_owned(), scheme)]).collect()
}

fn refuse(mut answer: SendResponse<bytes::Bytes>) {
    let response = Response::builder()
        .header("content-type", "application/grpc")
        .header("grpc-status", "16")
        .header("grpc-message", "unknown%20API%20key")
        .body(())
        .expect("it is well formed");
    answer.send_response(response, true).expect("the caller waits for it");
}

#[tokio::test]
async fn sends_api_key_and_headers_over_tls() {
    let authority = Authority::new();
    let tls = TlsAcceptor::from(front::server(&authority.server("localhost"), None));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let (sender, mut requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.expect("a client comes");
        let stream = tls.accept(client).await.expect("it speaks TLS");
        doorkeeper(stream, sender).await;
    });

    let text = format!(
        "temporal:\n  url: 'localhost:{port}'\n  server_ca_cert: {}\n  api_key: open#sesame\n  \
         headers: {{ x-tenant: books }}\n",
        authority.ca_file().display()
    );
    let error = connect(&text).await.expect_err("nobody is let in");
    assert!(matches!(error, Error::Connection(ConnectionError::Refused { .. })), "{error:?}");
    let words = error.to_string();
    let expected = format!(
        "the Temporal server at localhost:{port} refused the API key, headers or client certificate of \
         this client: unknown API key"
    );
    assert_eq!(words, expected);

    let headers = requests.recv().await.expect("there was a request");
    assert_eq!(headers["authorization"], "Bearer open#sesame");
    assert_eq!(headers["x-tenant"], "books");
    assert_eq!(headers[":scheme"], "https");
}

#[tokio::test]
async fn refuses_credentials_that_cannot_be_sent() {
    let builder =
        || Client::builder().address(durable_tests::Shared::get().address()).without_tls();
    for (builder, name) in [
        (builder().api_key("key\n"), "authorization"),
        (builder().header("x-tenant", "line\nbreak"), "x-tenant"),
        (builder().header("x tenant", "books"), "x tenant"),
    ] {
        let error = builder.connect().await.expect_err("it cannot be sent");
        assert!(
            matches!(&error, Error::Connection(ConnectionError::InvalidHeader { name: of }) if of == name),
            "{error:?}"
        );
        assert!(error.to_string().contains("remove the line break at the end"), "{error}");
    }
}

#[tokio::test]
async fn api_key_enables_tls_unless_disabled() -> durable::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let (sender, mut requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(doorkeeper(client, sender.clone()));
        }
    });
    let builder = || Client::builder().address(format!("localhost:{port}")).api_key("in-the-open");
    let with_tls = builder().connect().await.expect_err("it does not speak TLS");
    assert!(matches!(with_tls, Error::Connection(ConnectionError::Tls { .. })), "{with_tls:?}");
    assert!(requests.try_recv().is_err(), "the key was not sent");

    let error = builder().header("x-tenant", "books").without_tls().connect().await;
    let error = error.expect_err("nobody is let in");
    assert!(matches!(error, Error::Connection(ConnectionError::Refused { .. })), "{error:?}");
    let headers = requests.recv().await.expect("there was a request");
    assert_eq!(headers["authorization"], "Bearer in-the-open");
    assert_eq!(headers["x-tenant"], "books");
    Ok(())
}
