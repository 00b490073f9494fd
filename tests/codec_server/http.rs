//! A client of HTTP that sends whatever a test wants, and no more.

use std::net::SocketAddr;
use std::sync::Arc;

use durable::codec::server::axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// A request.
#[derive(Clone)]
pub(crate) struct Asked {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let asked = Self { body, ..Self::new("POST", path) };
        asked.header("Content-Type", "application/json")
    }

    /// A request to decode what [`crate::sealed`] has sealed.
    pub(crate) fn decode() -> Self {
        Self::post("/decode", crate::sealed("the value").to_string())
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) async fn send(self, to: SocketAddr) -> Answered {
        let stream = TcpStream::connect(to).await.expect("the server listens");
        self.over(stream).await
    }

    /// Sends it over TLS, to a server whose certificate this authority has issued.
    pub(crate) async fn send_tls(self, to: SocketAddr, authority: &str) -> Answered {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("it is PEM");
        roots.add(authority).expect("it is a certificate");
        let config =
            ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("the provider has them")
                .with_root_certificates(roots)
                .with_no_client_auth();
        let stream = TcpStream::connect(to).await.expect("the server listens");
        let name = ServerName::try_from("localhost").expect("it is a name");
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        self.over(stream.expect("the server speaks TLS")).await
    }

    async fn over(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Answered {
        let mut request = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        let length = self.body.len().to_string();
        let has_length = self.headers.iter().any(|(name, _)| name == "Content-Length");
        for (name, value) in
            [("Host", "codec"), ("Connection", "close"), ("Content-Length", &length)]
        {
            if name != "Content-Length" || !has_length {
                request.extend([name, ": ", value, "\r\n"]);
            }
        }
        for (name, value) in &self.headers {
            request.extend([name.as_str(), ": ", value, "\r\n"]);
        }
        request += "\r\n";
        stream.write_all(request.as_bytes()).await.expect("the server reads it");
        // A server that refuses the request need not read the body.
        let _ = stream.write_all(&self.body).await;
        let mut answer = Vec::new();
        // A connection that is closed with unread bytes is reset, after the answer.
        let _ = stream.read_to_end(&mut answer).await;
        Answered::parse(&String::from_utf8(answer).expect("it is text"))
    }
}

impl Answered {
    fn parse(text: &str) -> Self {
        let (head, body) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("it is a header");
            (name.to_lowercase(), value.to_owned())
        };
        Self {
            status: status.expect("it has a status"),
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            json!(null)
        } else {
            serde_json::from_str(&self.body).expect("JSON")
        }
    }

    /// The reason of an error.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_else(|| panic!("no error: {self:?}")).to_owned()
    }

    /// Asserts that it is the plain value of [`Asked::decode`].
    pub(crate) fn is_decoded(&self) {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        assert_eq!(self.json(), crate::plain("the value"), "{self:?}");
    }

    /// Asserts that it has this status, and returns the reason.
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.error()
    }
}
