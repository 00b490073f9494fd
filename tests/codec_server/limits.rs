//! Limits: sizes, numbers and times, and the addresses that are listened on.

use std::sync::Arc;
use std::time::Duration;

use durable::codec::server::{self, CodecServer, CodecServerError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::codecs::{Counting, Failing};
use crate::http::Asked;
use crate::{TOKEN, sealed, service, start};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_large_body_is_refused() {
    let (_server, address) = start(service().body_limit(300)).await;
    let body = sealed("the value").to_string();
    Asked::post("/decode", body.clone()).send(address).await.is_decoded();
    let padded = format!("{body:<300}");
    Asked::post("/decode", padded.clone()).send(address).await.is_decoded();
    for asked in [
        Asked::post("/decode", padded + " "),
        // It only says that it's large.
        Asked::post("/decode", body).header("Content-Length", "123456789"),
    ] {
        let refused = asked.send(address).await.refused(413);
        assert_eq!(refused, "the body has more than 300 bytes; raise the limit of the server");
    }
}

#[tokio::test]
async fn a_chunked_body_is_limited_too() {
    let (_server, address) = start(service().body_limit(300)).await;
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let head = "POST /decode HTTP/1.1\r\nHost: codec\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let chunk = format!("c8\r\n{}\r\n", " ".repeat(200));
    stream.write_all(chunk.repeat(2).as_bytes()).await.expect("it reads");
    let mut answer = [0; 32];
    let read = stream.read(&mut answer).await.expect("it answers");
    assert!(answer[..read].starts_with(b"HTTP/1.1 413 "), "{answer:?}");
}

#[tokio::test]
async fn a_slow_body_and_a_slow_codec_end() {
    let (_server, address) = start(server::service(Failing::Hangs).timeout(SHORT)).await;
    let short = Asked::post("/decode", "{").header("Content-Length", "9");
    assert_eq!(short.send(address).await.refused(408), "the body was not sent within 300ms");
    let refused = Asked::decode().send(address).await.refused(503);
    assert_eq!(refused, "the codec did not answer within 300ms; try again later");
}

#[tokio::test]
async fn requests_wait_for_their_turn() {
    let codec = Arc::new(Counting::default());
    let service = server::service(Arc::clone(&codec)).max_concurrent_requests(2);
    let (_server, address) = start(service).await;
    let asked = (0..12).map(|_| Asked::decode().send(address));
    for answered in futures_util::future::join_all(asked).await {
        answered.is_decoded();
    }
    assert_eq!(codec.most(), 2);
}

#[test]
fn limits_of_zero_are_refused() {
    for (service, option) in [
        (service().body_limit(0), "body_limit"),
        (service().max_concurrent_requests(0), "max_concurrent_requests"),
        (service().timeout(Duration::ZERO), "timeout"),
    ] {
        let error = service.router().expect_err(option).to_string();
        assert!(error.starts_with(&format!("invalid `{option}`: 0 lets no request")), "{error}");
    }
}

#[tokio::test]
async fn an_address_for_all_needs_authorization() {
    let anywhere = |service| CodecServer::builder(service).address("0.0.0.0:0");
    let error = anywhere(service()).start().await.expect_err("everybody could decode");
    assert!(matches!(error, CodecServerError::Unauthenticated { .. }), "{error}");
    let server =
        anywhere(service().bearer_token(TOKEN)).start().await.expect("a token protects it");
    server.shutdown().await;
    let told = anywhere(service()).allow_unauthenticated(true).start().await;
    told.expect("it was told so").shutdown().await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let (_server, address) = start(service()).await;
    let error = CodecServer::builder(service()).address(address.to_string()).start().await;
    let error = error.expect_err("the address is taken").to_string();
    assert_eq!(error, format!("cannot listen on {address}"));
}

#[tokio::test]
async fn open_requests_end_before_a_shutdown() {
    let (server, address) = start(server::service(Failing::Hangs).timeout(SHORT)).await;
    let asked = tokio::spawn(Asked::decode().send(address));
    tokio::time::sleep(SHORT / 3).await;
    server.shutdown().await;
    asked.await.expect("it gets an answer").refused(503);
    TcpStream::connect(address).await.expect_err("nobody listens");
}
