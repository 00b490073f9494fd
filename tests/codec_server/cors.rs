//! Web pages: the origins that may use the server, and those that may not.

use durable::codec::server::CodecServerError;
use durable_tests::Log;

use crate::http::Asked;
use crate::{TOKEN, service, start};

const UI: &str = "http://localhost:8233";

fn preflight(origin: &str) -> Asked {
    Asked::new("OPTIONS", "/decode")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,x-namespace")
}

#[tokio::test]
async fn a_listed_origin_may_ask_and_read() {
    let service = service().allow_origin("HTTP://LOCALHOST:8233/").allow_header("X-Team");
    let (_server, address) = start(service.bearer_token(TOKEN)).await;
    // Browsers send a preflight request without credentials.
    let answered = preflight(UI).send(address).await;
    assert_eq!(answered.status.as_u16(), 204);
    for (name, value) in [
        ("access-control-allow-origin", Some(UI)),
        ("access-control-allow-methods", Some("POST")),
        ("access-control-allow-headers", Some("content-type, authorization, x-namespace, x-team")),
        ("access-control-allow-credentials", None),
        ("access-control-allow-private-network", None),
        ("vary", Some("origin")),
    ] {
        assert_eq!(answered.header(name), value, "{name}");
    }
    let private = preflight(UI).header("Access-Control-Request-Private-Network", "true");
    let answered = private.send(address).await;
    assert_eq!(answered.header("access-control-allow-private-network"), Some("true"));

    let asked = Asked::decode().header("Origin", UI);
    let answered = asked.clone().header("Authorization", &format!("Bearer {TOKEN}"));
    let answered = answered.send(address).await;
    answered.is_decoded();
    assert_eq!(answered.header("access-control-allow-origin"), Some(UI));
    // The page can read the reason of an error too.
    let answered = asked.send(address).await;
    answered.refused(401);
    assert_eq!(answered.header("access-control-allow-origin"), Some(UI));
}

#[tokio::test]
async fn no_other_origin_gets_an_answer() {
    let (log, _guard) = Log::collect();
    let (_server, address) = start(service().allow_origin(UI)).await;
    for origin in [
        "http://127.0.0.1:8233",
        "http://localhost:8234",
        "http://localhost",
        "https://localhost:8233",
        "http://localhost:8233.evil.example",
        "http://evil.example/http://localhost:8233",
        "http://LOCALHOST:8233",
        "null",
        "",
    ] {
        for asked in [preflight(origin), Asked::decode().header("Origin", origin)] {
            let answered = asked.send(address).await;
            let reason = answered.refused(403);
            assert!(
                reason.starts_with(&format!("the origin `{origin}` is not allowed; ")),
                "{reason}"
            );
            assert_eq!(answered.header("access-control-allow-origin"), None, "{origin}");
            assert_eq!(answered.header("vary"), Some("origin"));
        }
    }
    let twin = Asked::decode().header("Origin", "http://127.0.0.1:8233").send(address).await;
    let twin = twin.refused(403);
    assert!(twin.contains("`http://localhost:8233` is allowed, which is another origin"), "{twin}");
    assert_eq!(log.text().matches(&twin).count(), 1, "each origin is logged once: {}", log.text());
}

#[tokio::test]
async fn a_program_needs_no_origin() {
    let (_server, address) = start(service().allow_origin(UI)).await;
    let answered = Asked::decode().send(address).await;
    answered.is_decoded();
    assert_eq!(answered.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn credentials_are_for_named_origins_only() {
    let (_server, address) = start(service().allow_origin(UI).allow_credentials(true)).await;
    for asked in [preflight(UI), Asked::decode().header("Origin", UI)] {
        let answered = asked.send(address).await;
        assert_eq!(answered.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(answered.header("access-control-allow-origin"), Some(UI));
    }
    let open = service().allow_origin("*").bearer_token(TOKEN);
    let error = open.allow_credentials(true).router().expect_err("every page, with credentials");
    assert!(matches!(error, CodecServerError::EveryOrigin { .. }), "{error}");
    let error = service().allow_origin("*").router().expect_err("every page, and no authorization");
    assert!(matches!(error, CodecServerError::EveryOrigin { .. }), "{error}");
}

#[tokio::test]
async fn every_origin_may_be_allowed_with_authorization() {
    let (_server, address) = start(service().allow_origin("*").bearer_token(TOKEN)).await;
    let asked = Asked::decode().header("Origin", "https://any.example");
    let answered = asked.header("Authorization", &format!("Bearer {TOKEN}")).send(address).await;
    answered.is_decoded();
    assert_eq!(answered.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn malformed_settings_are_refused() {
    for origin in ["localhost:8233", "http://localhost:8233/decode", "null", "http://me:pass@a"] {
        let error = service().allow_origin(origin).router().expect_err(origin).to_string();
        assert!(error.starts_with("invalid origin `"), "{error}");
        assert!(!error.contains("pass"), "{error}");
    }
    let error = service().allow_header("X Team").router().expect_err("a header").to_string();
    assert!(error.starts_with("invalid header name `X Team`"), "{error}");
}
