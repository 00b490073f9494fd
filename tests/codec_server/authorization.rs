//! The authorization: who gets an answer, and what the others are told.

use std::net::SocketAddr;

use durable::codec::server::axum::http::StatusCode;
use durable::codec::server::{
    Access, CodecServer, CodecServerError, CodecService, Denied, Jwt, Operation,
};
use durable_tests::{Log, eventually};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::http::{Answered, Asked};
use crate::tokens::{
    AUDIENCE, ISSUER, Provider, Signer, claims, claims_with, now, unsigned, url_safe,
};
use crate::{TOKEN, service, start};

fn jwt(provider: &Provider) -> Jwt {
    Jwt::new(&provider.url).audience(AUDIENCE).issuer(ISSUER)
}

async fn with_token(address: SocketAddr, token: &str) -> Answered {
    Asked::decode().header("Authorization", &format!("Bearer {token}")).send(address).await
}

#[tokio::test]
async fn only_the_bearer_token_gets_an_answer() {
    let service = service().bearer_token(TOKEN).bearer_token("another token of 2026");
    let error = service.router().expect_err("a space can't be sent");
    assert!(matches!(error, CodecServerError::InvalidToken { .. }), "{error}");

    let other = TOKEN.replace('0', "9");
    let service = crate::service().bearer_token(TOKEN).bearer_token(&other);
    let (_server, address) = start(service).await;
    for header in
        [format!("Bearer {TOKEN}"), format!("bearer {other}"), format!("BEARER  {TOKEN} ")]
    {
        Asked::decode().header("Authorization", &header).send(address).await.is_decoded();
    }
    for (header, reason) in [
        (String::new(), "no token"),
        ("Bearer".to_owned(), "no token"),
        (TOKEN.to_owned(), "no token"),
        (format!("Basic {TOKEN}"), "no token"),
        ("Bearer ".to_owned(), "no token"),
        (format!("Bearer {TOKEN}x"), "invalid token"),
        (format!("Bearer {}", &TOKEN[1..]), "invalid token"),
        (format!("Bearer {TOKEN},{TOKEN}"), "invalid token"),
    ] {
        let answered = Asked::decode().header("Authorization", &header).send(address).await;
        assert_eq!(answered.header("www-authenticate"), Some("Bearer"));
        let refused = answered.refused(401);
        assert!(refused.starts_with(reason), "{header}: {refused}");
        assert!(!refused.contains(&TOKEN[1..]), "{refused}");
    }
    let twice = Asked::decode().header("Authorization", &format!("Bearer {TOKEN}"));
    let twice = twice.header("Authorization", "Bearer another").send(address).await;
    twice.refused(401);
}

#[test]
fn weak_and_missing_tokens_are_refused() {
    for token in ["", "secret", "fifteen letters", "a line\nof 16 letters"] {
        let error = service().bearer_token(token).router().expect_err(token).to_string();
        assert!(error.starts_with("invalid bearer token: "), "{error}");
    }
    let error = service().bearer_token_file("/missing/token").router().expect_err("no file");
    assert_eq!(error.to_string(), "cannot read the bearer token /missing/token");
}

#[tokio::test]
async fn a_changed_token_file_is_read_again() {
    let (log, _guard) = Log::collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{TOKEN}\n")).expect("it can be written");
    let (_server, address) = start(service().bearer_token_file(&path)).await;
    with_token(address, TOKEN).await.is_decoded();
    let other = TOKEN.replace('0', "9");
    std::fs::write(&path, &other).expect("it can be written");
    let rotated =
        || async { (with_token(address, &other).await.status == StatusCode::OK).then_some(()) };
    eventually("rotated token", rotated).await;
    with_token(address, TOKEN).await.refused(401);
    // A file that is gone leaves the last token.
    std::fs::remove_file(&path).expect("it was there");
    let warned = || async {
        with_token(address, &other).await.is_decoded();
        log.text().contains("the previous bearer token is used").then_some(())
    };
    eventually("warning", warned).await;
}

#[tokio::test]
async fn tokens_of_each_kind_of_key_are_accepted() {
    let signers = [
        Signer::elliptic("ec"),
        Signer::edwards("ed"),
        Signer::rsa("rs", Algorithm::RS256),
        Signer::rsa("ps", Algorithm::PS512),
    ];
    let keys: Vec<_> = signers.iter().collect();
    let provider = Provider::start(&keys).await;
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    for signer in &signers {
        with_token(address, &signer.token()).await.is_decoded();
        let audiences = claims_with("aud", json!(["another", AUDIENCE]));
        with_token(address, &signer.sign(&audiences)).await.is_decoded();
    }
    assert_eq!(provider.asked(), 1, "the keys are kept");
}

#[tokio::test]
async fn no_other_token_is_accepted() {
    let (signer, rsa) = (Signer::elliptic("k1"), Signer::rsa("rsa", Algorithm::RS256));
    let stranger = Signer::elliptic("k1");
    let provider = Provider::start(&[&signer, &rsa]).await;
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    let header = |algorithm: &str| json!({ "alg": algorithm, "kid": "k1", "typ": "JWT" });
    let valid = signer.token();
    let (content, signature) = valid.rsplit_once('.').expect("it is signed");
    let changed = url_safe(claims_with("sub", json!("eve")).to_string().as_bytes());
    let head = content.split('.').next().expect("it has a header");
    for (token, reason) in [
        (signer.sign(&claims_with("exp", json!(now() - 600))), "it has expired"),
        (signer.sign(&claims_with("exp", json!(null))), "it has no claim `exp`"),
        (signer.sign(&claims_with("exp", json!("soon"))), "it has no claim `exp`"),
        (signer.sign(&claims_with("nbf", json!(now() + 600))), "it is not valid yet"),
        (signer.sign(&claims_with("aud", json!("another"))), "it is for another audience"),
        (signer.sign(&claims_with("aud", json!(null))), "it has no claim `aud`"),
        (
            signer.sign(&claims_with("iss", json!("https://evil.example"))),
            "it is of another issuer",
        ),
        (signer.sign(&claims_with("iss", json!(null))), "it has no claim `iss`"),
        (signer.sign_extended(), "it has extensions that this server does not know"),
        (stranger.token(), "its signature is wrong"),
        (format!("{head}.{changed}.{signature}"), "its signature is wrong"),
        (format!("{content}."), "its signature is wrong"),
        (unsigned(&header("none"), &claims(), b""), "it is not a JSON web token"),
        (unsigned(&header("None"), &claims(), b""), "it is not a JSON web token"),
        (signer.sign_as(Some("k2"), &claims()), "no key of the JWKS URL fits it"),
        // The key's algorithm isn't the token's.
        (rsa.sign_as(Some("k1"), &claims()), "no key of the JWKS URL fits it"),
        (signer.sign_as(Some("rsa"), &claims()), "no key of the JWKS URL fits it"),
        ("not a token".to_owned(), "it is not a JSON web token"),
        ("a.b.c".to_owned(), "it is not a JSON web token"),
    ] {
        let refused = with_token(address, &token).await.refused(401);
        assert_eq!(refused, format!("invalid token: {reason}"), "{token}");
    }
    with_token(address, &valid).await.is_decoded();
}

#[tokio::test]
async fn a_public_key_is_not_taken_for_a_shared_secret() {
    use jsonwebtoken::{EncodingKey, Header, encode};
    let signers = [Signer::elliptic("ec"), Signer::rsa("rs", Algorithm::RS256)];
    let shared = json!({ "kty": "oct", "kid": "oct", "k": url_safe(b"a secret that is shared") });
    let published: Vec<_> = signers.iter().map(|signer| &signer.public).chain([&shared]).collect();
    let provider = Provider::start(&[]).await;
    provider.answer(StatusCode::OK, &json!({ "keys": published }).to_string());
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    let secrets = [
        (Some("ec"), signers[0].public_bytes.clone()),
        (Some("rs"), signers[1].public_bytes.clone()),
        (Some("rs"), signers[1].public.to_string().into_bytes()),
        (Some("oct"), b"a secret that is shared".to_vec()),
        (None, b"a secret that is shared".to_vec()),
    ];
    for (id, secret) in secrets {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = id.map(str::to_owned);
            let token = encode(&header, &claims(), &EncodingKey::from_secret(&secret));
            let refused = with_token(address, &token.expect("it can be signed")).await.refused(401);
            assert_eq!(refused, "invalid token: its algorithm needs a shared secret");
        }
    }
}

#[tokio::test]
async fn a_token_without_a_key_id_needs_a_single_key() {
    let (signer, other) = (Signer::elliptic("k1"), Signer::elliptic("k2"));
    let token = signer.sign_as(None, &claims());
    let provider = Provider::start(&[&signer, &Signer::rsa("rsa", Algorithm::RS256)]).await;
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    with_token(address, &token).await.is_decoded();
    let provider = Provider::start(&[&signer, &other]).await;
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    with_token(address, &token).await.refused(401);
}

#[tokio::test]
async fn unknown_keys_cause_few_fetches() {
    let (old, new) = (Signer::elliptic("old"), Signer::elliptic("new"));
    let provider = Provider::start(&[&old]).await;
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    // The first fetch is at the first token.
    let stranger = Signer::elliptic("stranger").token();
    let asked = (0..20).map(|_| with_token(address, &stranger));
    for answered in futures_util::future::join_all(asked).await {
        answered.refused(401);
    }
    assert_eq!(provider.asked(), 1, "a fetch was made a moment ago");
    provider.publish(&[&new]);
    with_token(address, &new.token()).await.refused(401);
    with_token(address, &old.token()).await.is_decoded();
    assert_eq!(provider.asked(), 1, "keys are fetched again after a pause");
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_told_apart_from_wrong_tokens() {
    let signer = Signer::elliptic("k1");
    let provider = Provider::start(&[]).await;
    for (status, body, reason) in [
        (StatusCode::INTERNAL_SERVER_ERROR, "{}", "the answer is 500"),
        (StatusCode::FOUND, "", "the answer is 302"),
        (StatusCode::OK, "<html>", "not the JSON of a key set"),
        (StatusCode::OK, "[]", "not the JSON of a key set"),
    ] {
        let (log, _guard) = Log::collect();
        provider.answer(status, body);
        let (_server, address) = start(service().jwt(jwt(&provider))).await;
        with_token(address, &signer.token()).await.refused(503);
        assert!(log.text().contains(reason), "{}", log.text());
    }
    // A key of a kind that nobody knows yet doesn't spoil the others.
    let keys = json!({ "keys": [{ "kty": "AKP", "kid": "later" }, signer.public] });
    provider.answer(StatusCode::OK, &keys.to_string());
    let (_server, address) = start(service().jwt(jwt(&provider))).await;
    with_token(address, &signer.token()).await.is_decoded();
}

#[test]
fn unsafe_settings_of_tokens_are_refused() {
    let refused = |jwt: Jwt| service().jwt(jwt).router().expect_err("it is unsafe").to_string();
    assert!(refused(Jwt::new("https://a.example/jwks")).starts_with("no audience and no issuer"));
    for url in ["http://a.example/jwks", "ftp://localhost/jwks", "a", "file:///jwks"] {
        let error = refused(Jwt::new(url).audience(AUDIENCE));
        assert!(error.starts_with(&format!("invalid JWKS URL `{url}`: ")), "{error}");
    }
}

#[tokio::test]
async fn a_static_token_and_signed_ones_work_together() {
    let signer = Signer::elliptic("k1");
    let provider = Provider::start(&[&signer]).await;
    let (_server, address) = start(service().bearer_token(TOKEN).jwt(jwt(&provider))).await;
    with_token(address, TOKEN).await.is_decoded();
    with_token(address, &signer.token()).await.is_decoded();
    with_token(address, "neither").await.refused(401);
}

/// A service in which Ada may decode for `orders`, and everything else is refused in some way.
fn guarded(service: CodecService) -> CodecService {
    service.authorize(|access: Access| async move {
        let namespace = access.namespace.clone().unwrap_or_default();
        assert_ne!(namespace, "panics");
        let claims = access.claims.clone().unwrap_or_default();
        match (access.operation, namespace.as_str()) {
            (Operation::Decode, "orders") if claims["sub"] == "ada" => Ok(()),
            _ => Err(Denied::new(format!("not for `{namespace}`"))),
        }
    })
}

#[tokio::test]
async fn a_hook_decides_after_the_token() {
    let signer = Signer::elliptic("k1");
    let provider = Provider::start(&[&signer]).await;
    let (_server, address): (CodecServer, _) = start(guarded(service().jwt(jwt(&provider)))).await;
    let token = format!("Bearer {}", signer.token());
    let body = crate::sealed("the value").to_string();
    let ask = |path: &str| Asked::post(path, body.clone()).header("Authorization", &token);
    ask("/orders/decode").send(address).await.is_decoded();
    ask("/decode").header("X-Namespace", "orders").send(address).await.is_decoded();
    let refused = ask("/parcels/decode").send(address).await.refused(403);
    assert_eq!(refused, "not for `parcels`");
    ask("/orders/encode").send(address).await.refused(403);
    let refused = ask("/panics/decode").send(address).await.refused(500);
    assert_eq!(refused, "the authorization of the request failed");
    let without = Asked::post("/orders/decode", body.clone()).send(address).await;
    without.refused(401);
}
