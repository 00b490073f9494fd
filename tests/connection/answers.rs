//! Something else than a Temporal server at the address, such as a proxy in front of it. Its own answer is
//! shown, and it is waited for only if that can help.

use bytes::Bytes;
use durable::client::ClientService;
use durable::error::ConnectionError;
use durable::worker::Exit;
use durable::{Client, Error};
use http::Response;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;
use crate::{config, front};

/// A web server that gives one answer.
#[derive(Clone, Copy)]
enum Web {
    /// In HTTP/1, whatever comes.
    One(&'static str),
    /// In HTTP/2, with a status, a type and a text.
    Two(u16, &'static str, &'static str),
}

impl Web {
    async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        match self {
            Self::One(answer) => {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
            Self::Two(status, kind, text) => {
                let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                while let Some(Ok((_, mut answer))) = connection.accept().await {
                    let head = Response::builder().status(status).header("content-type", kind);
                    let head = head.body(()).expect("it is well formed");
                    let mut body = answer.send_response(head, false).expect("it waits");
                    let _ = body.send_data(Bytes::from_static(text.as_bytes()), true);
                }
            }
        }
    }

    /// Starts the server, with TLS if there is an authority, and returns its port.
    async fn start(self, authority: Option<&Authority>) -> u16 {
        let tls =
            authority.map(|it| TlsAcceptor::from(front::server(&it.server("localhost"), None)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => self.serve(client).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(client).await {
                                self.serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        port
    }
}

/// An nginx that asks for a certificate within HTTP.
const NO_CERTIFICATE: &str = "<html>\r\n<head><title>400 No required SSL certificate was sent</title>\
    </head>\r\n<body>\r\n<center>nginx</center>\r\n</body>\r\n</html>";

#[tokio::test]
async fn final_answer_of_something_else_is_shown_at_once() {
    for (web, words) in [
        (
            Web::Two(400, "text/html", NO_CERTIFICATE),
            "HTTP 400 Bad Request: 400 No required SSL certificate was sent nginx",
        ),
        (Web::Two(403, "text/plain", "not from here"), "HTTP 403 Forbidden: not from here"),
        (Web::Two(404, "text/plain", "no such page"), "HTTP 404 Not Found: no such page"),
        (Web::Two(200, "text/html", "<h1>It works!</h1>"), "HTTP 200 OK: It works!"),
        (
            Web::One("HTTP/1.1 400 Bad Request\r\ncontent-length: 8\r\n\r\nspeak up"),
            "HTTP 400 Bad Request: speak up",
        ),
    ] {
        for is_tls in [true, false] {
            let authority = Authority::new();
            let port = web.start(is_tls.then_some(&authority)).await;
            let tls = if is_tls {
                format!("server_ca_cert: {}", authority.ca_file().display())
            } else {
                "tls: false".to_owned()
            };
            let (log, _collecting) = durable_tests::Log::collect();
            let text = format!("temporal: {{ url: 'localhost:{port}', {tls} }}");
            let error = ClientService::from_config(&config(&text)).client().await;
            let error = error.expect_err("it is no Temporal server");
            let expected = format!(
                "no Temporal server answers at localhost:{port}, but something else: {words}; "
            );
            assert!(error.to_string().starts_with(&expected), "{expected}\n{error:?}");
            assert!(
                matches!(error, Error::Connection(ConnectionError::NotTemporal { .. })),
                "{error:?}"
            );
            assert!(!log.text().contains("answers yet"), "it waited: {}", log.text());
            assert_eq!(Exit::from(Err::<(), _>(error)).code(), 2);
        }
    }
}

#[tokio::test]
async fn answer_that_may_change_is_waited_for_and_logged() {
    for (web, words) in [
        (Web::Two(502, "text/html", "<p>no upstream</p>"), "HTTP 502 Bad Gateway: no upstream"),
        (
            Web::One("HTTP/1.1 503 Service Unavailable\r\n\r\nlater"),
            "HTTP 503 Service Unavailable: later",
        ),
    ] {
        let port = web.start(None).await;
        let (log, _collecting) = durable_tests::Log::collect();
        let text = format!("temporal: {{ url: 'localhost:{port}', connect_limit_s: 3 }}");
        let error = ClientService::from_config(&config(&text)).client().await;
        let error = error.expect_err("it is no Temporal server");
        assert!(
            matches!(error, Error::Connection(ConnectionError::Unreachable { .. })),
            "{error:?}"
        );
        let log = log.text();
        let line = log.lines().find(|line| line.contains("no Temporal server answers yet"));
        assert!(line.is_some_and(|line| line.contains(words)), "no {words} in: {log}");
    }
}

#[tokio::test]
async fn server_of_another_protocol_is_unreachable() {
    let port = Web::One("SSH-2.0-nothing\r\n").start(None).await;
    let error = Client::builder().address(format!("localhost:{port}")).connect().await;
    let error = error.expect_err("it is no Temporal server");
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
}
