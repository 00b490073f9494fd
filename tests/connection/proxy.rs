//! Connections through an HTTP proxy, which the tests make.

use std::sync::{Arc, Mutex};

use durable::client::{Pem, Tls};
use durable::error::{ConnectionError, TlsProblem};
use durable::{Client, Error};
use durable_tests::Shared;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::authority::Authority;
use crate::front::Front;
use crate::{config, connect};

/// A proxy that knows the method `CONNECT`, and whom it lets through.
struct Proxy {
    address: String,
    /// The heads of the requests that came.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that asks for nothing, or for this header.
    async fn start(wanted: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (noted, wanted) = (Arc::clone(&heads), wanted.map(str::to_lowercase));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, Arc::clone(&noted), wanted.clone()));
            }
        });
        Self { address, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("nobody panics with it").clone()
    }
}

async fn pass_on(mut client: TcpStream, heads: Arc<Mutex<Vec<String>>>, wanted: Option<String>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).expect("a request is text");
    heads.lock().expect("nobody panics with it").push(head.clone());
    if wanted.is_some_and(|wanted| !head.to_lowercase().contains(&wanted)) {
        let refused =
            b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 12\r\n\r\nask the desk";
        let _ = client.write_all(refused).await;
        return;
    }
    let target = head.split(' ').nth(1).expect("a request has a target");
    let mut server = TcpStream::connect(target).await.expect("the server listens");
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("the client listens");
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test]
async fn connects_through_proxy() -> durable::Result<()> {
    let proxy = Proxy::start(None).await;
    let server = Shared::get().address();
    let client = Client::builder().address(server).proxy(&proxy.address).connect().await?;
    client.health().await?;
    let url = format!("http://{}", proxy.address);
    connect(&format!("temporal: {{ url: '{server}', proxy: '{url}' }}")).await?.health().await?;
    let heads = proxy.heads();
    assert_eq!(heads.len(), 2, "{heads:?}");
    for head in heads {
        assert!(head.starts_with(&format!("CONNECT {server} HTTP/1.1\r\n")), "{head}");
        assert!(!head.to_lowercase().contains("proxy-authorization"), "{head}");
    }
    Ok(())
}

#[tokio::test]
async fn sends_credentials_to_proxy() -> durable::Result<()> {
    // The Base64 of `me:s3cret`.
    let proxy = Proxy::start(Some("proxy-authorization: basic bWU6czNjcmV0")).await;
    let server = Shared::get().address();
    let builder = Client::builder().address(server).proxy(&proxy.address);
    let error = builder.clone().connect().await.expect_err("the proxy wants a password");
    assert!(matches!(error, Error::Connection(ConnectionError::ProxyRefused { .. })), "{error:?}");
    let text = error.to_string();
    let expected = format!(
        "the HTTP proxy at {} does not connect to {server}: HTTP 407 Proxy Authentication Required: \
         ask the desk; ",
        proxy.address
    );
    assert!(text.starts_with(&expected), "{text}");

    builder.proxy_credentials("me", "s3cret").connect().await?.health().await?;
    let text = format!(
        "temporal: {{ url: '{server}', proxy: '{}', proxy_user: me, proxy_password: s3cret }}",
        proxy.address
    );
    connect(&text).await?.health().await?;
    let shown = format!("{:?}", config(&text));
    assert!(shown.contains("proxy_user = me") && !shown.contains("s3cret"), "{shown}");
    Ok(())
}

#[tokio::test]
async fn uses_tls_through_proxy() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let proxy = Proxy::start(None).await;
    let shown = authority.client("orders");
    let tls = Tls::default()
        .server_ca_certificate(Pem::inline(authority.pem()))
        .client_certificate(Pem::inline(&shown.certificate), Pem::inline(&shown.key));
    let builder = Client::builder().address(front.address()).proxy(&proxy.address);
    builder.clone().tls(tls).connect().await?.health().await?;
    assert!(front.last_shown().is_some());

    let stranger = Tls::default().server_ca_certificate(Pem::inline(Authority::new().pem()));
    let error = builder.tls(stranger).connect().await.expect_err("nobody knows the issuer");
    assert!(
        matches!(
            &error,
            Error::Connection(ConnectionError::Tls {
                problem: TlsProblem::UnknownIssuer { .. },
                ..
            })
        ),
        "{error:?}"
    );
    let heads = proxy.heads();
    assert!(heads.iter().all(|head| head.contains(&front.address())), "{heads:?}");
    Ok(())
}

#[tokio::test]
async fn error_names_unreachable_or_invalid_proxy() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = gone.local_addr().expect("it is bound").to_string();
    drop(gone);
    let server = Shared::get().address();
    let error = Client::builder().address(server).proxy(&address).connect().await;
    let error = error.expect_err("nobody listens");
    assert!(format!("{error:?}").contains(&format!("through the proxy at {address}")), "{error:?}");

    for bad in ["proxy", "https://proxy:3128", "http://me:s3cret@proxy:3128"] {
        let error = Client::builder().address(server).proxy(bad).connect().await;
        let error = error.expect_err("it cannot be used");
        assert!(
            matches!(error, Error::Connection(ConnectionError::InvalidAddress { .. })),
            "{error:?}"
        );
        let text = format!("{error:?}");
        assert!(text.contains("proxy") && !text.contains("s3cret"), "{text}");
    }
}
