//! The protocol: paths, methods, bodies, and the reasons of errors.

use durable::codec::server::axum::Router;
use durable::codec::server::axum::http::StatusCode;
use durable::codec::server::{self, Access};
use durable_tests::Log;
use serde_json::json;

use crate::codecs::Failing;
use crate::http::Asked;
use crate::{plain, sealed, service, start};

#[tokio::test]
async fn encodes_and_decodes_at_any_depth_of_the_path() {
    let (_server, address) = start(service()).await;
    for prefix in ["", "/orders", "/a/b/orders"] {
        let asked = Asked::post(&format!("{prefix}/encode"), plain("the value").to_string());
        let encoded = asked.send(address).await;
        assert_eq!(encoded.json(), sealed("the value"));
        assert_eq!(encoded.header("content-type"), Some("application/json"));
        assert_eq!(encoded.header("cache-control"), Some("no-store"));
        let asked = Asked::post(&format!("{prefix}/decode"), encoded.json().to_string());
        asked.header("X-Namespace", "orders").send(address).await.is_decoded();
    }
    // As the web UI sends it, and without any payload.
    let asked = Asked::post("/decode?x=y", r#"{"payloads":[]}"#).send(address).await;
    assert_eq!(asked.json(), json!({ "payloads": [] }));
}

#[tokio::test]
async fn refuses_what_is_not_the_protocol() {
    let (_server, address) = start(service()).await;
    let value = sealed("the value").to_string();
    for (asked, status, reason) in [
        (Asked::post("/", value.clone()), 404, "not found; use POST with a path that ends"),
        (Asked::post("/decode/", value.clone()), 404, "not found"),
        (Asked::post("/decoded", value.clone()), 404, "not found"),
        (Asked::new("GET", "/decode"), 405, "method not allowed; use POST"),
        (Asked::new("OPTIONS", "/decode"), 405, "method not allowed; use POST"),
        (Asked::new("DELETE", "/health"), 405, "method not allowed; use GET"),
        (Asked::post("/decode", ""), 400, "invalid body: the JSON ends too early at line 1"),
        (Asked::post("/decode", "[1]"), 400, "invalid body: not the JSON of `Payloads`"),
        (Asked::post("/decode", "\u{0}"), 400, "invalid body: not JSON"),
    ] {
        let refused = asked.send(address).await.refused(status);
        assert!(refused.starts_with(reason), "{refused}");
    }
}

#[tokio::test]
async fn answers_probes_without_authorization() {
    let (_server, address) = start(service().bearer_token(crate::TOKEN)).await;
    for method in ["GET", "HEAD"] {
        let answered = Asked::new(method, "/health").send(address).await;
        assert_eq!(answered.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn tells_why_a_codec_fails_without_the_value() {
    for (failing, status, reason) in [
        (Failing::Quoting, 422, "the codec returned an error"),
        (Failing::WrongEncoding, 422, "the codec does not know the encoding"),
        (Failing::PanicsAtOnce, 500, "the codec panicked"),
        (Failing::PanicsLater, 500, "the codec panicked"),
        (Failing::Loses, 500, "the codec returned 0 payloads for 1"),
    ] {
        let (log, _guard) = Log::collect();
        let (_server, address) = start(server::service(failing)).await;
        let body = json!({ "payloads": [{
            "metadata": {
                "encoding": crate::base64(b"binary/encrypted"),
                "encryption-key-id": crate::base64(b"k\n1"),
            },
            "data": crate::base64(b"4111111111111111"),
        }] });
        for operation in ["encode", "decode"] {
            let asked = Asked::post(&format!("/{operation}"), body.to_string());
            let refused = asked.send(address).await.refused(status);
            let expected = format!(
                "cannot {operation} payloads (encoding `binary/encrypted`, key id `k\u{fffd}1`): {reason}"
            );
            assert_eq!(refused, expected, "{failing:?}");
            assert!(log.text().contains(&expected), "{}", log.text());
        }
        // The port of the server may have the same digits.
        let logged = log.text().replace(&address.to_string(), "");
        assert!(!logged.contains("4111"), "{logged}");
    }
}

#[tokio::test]
async fn logs_many_failures_in_few_lines() {
    let (log, _guard) = Log::collect();
    let (_server, address) = start(server::service(Failing::Quoting)).await;
    for _ in 0..20 {
        Asked::decode().send(address).await.refused(422);
    }
    assert_eq!(log.text().matches("a request failed").count(), 1, "{}", log.text());
}

#[tokio::test]
async fn serves_as_a_part_of_an_application() {
    let hook = |access: Access| async move {
        assert_eq!(access.namespace.as_deref(), Some("orders"));
        Ok(())
    };
    let router = service().authorize(hook).router().expect("it is valid");
    let app: Router = Router::new().nest("/codec", router);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let serving = tokio::spawn(async { durable::codec::server::axum::serve(listener, app).await });
    let asked = Asked::post("/codec/orders/decode", sealed("the value").to_string());
    asked.send(address).await.is_decoded();
    serving.abort();
}
