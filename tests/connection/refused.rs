//! Connections that cannot be protected: each fails fast, and says why and what to do.

use std::time::{Duration, Instant, SystemTime};

use durable::error::ConnectionError;
use durable::error::TlsProblem;
use durable::{Client, Error};
use durable_tests::Shared;

use crate::authority::{Authority, DAY, Issued};
use crate::connect;
use crate::front::Front;

/// Returns the problem of a configuration that can't connect, as a type and as text.
async fn refusal(text: &str) -> (TlsProblem, String) {
    let before = Instant::now();
    let error = connect(text).await.expect_err("it cannot connect");
    assert!(before.elapsed() < Duration::from_secs(4), "it took {:?}", before.elapsed());
    let words = error.to_string();
    match error {
        Error::Connection(ConnectionError::Tls { problem, .. }) => (problem, words),
        other => panic!("{other:?}"),
    }
}

fn with_ca(front: &Front, authority: &Authority, more: &str) -> String {
    let (url, ca) = (front.address(), authority.ca_file());
    format!("temporal:\n  url: '{url}'\n  server_ca_cert: {}\n{more}", ca.display())
}

fn with_client(front: &Front, authority: &Authority, client: &Issued) -> String {
    let (certificate, key) = authority.client_files(client);
    let files =
        format!("  client_cert: {}\n  client_key: {}\n", certificate.display(), key.display());
    with_ca(front, authority, &files)
}

#[tokio::test]
async fn reports_missing_client_certificate() {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let (problem, words) = refusal(&with_ca(&front, &authority, "")).await;
    assert_eq!(problem, TlsProblem::NoClientCertificate);
    assert!(words.contains(&front.address()), "{words}");
    assert!(words.contains("`client_cert` and `client_key`"), "{words}");
}

#[tokio::test]
async fn reports_client_certificate_of_unknown_issuer() {
    let (authority, foreign) = (Authority::new(), Authority::new());
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let text = with_client(&front, &authority, &foreign.client("orders"));
    let (problem, words) = refusal(&text).await;
    assert!(matches!(problem, TlsProblem::ClientCertificateRefused { .. }), "{problem:?}");
    assert!(words.contains("the server refuses the client certificate"), "{words}");
}

#[tokio::test]
async fn reports_expired_client_certificate() {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let expired = authority.client_until("orders", SystemTime::now() - 2 * DAY);
    let (log, _collecting) = durable_tests::Log::collect();
    let (problem, words) = refusal(&with_client(&front, &authority, &expired)).await;
    let log = log.text();
    assert!(log.contains("the client certificate has expired"), "{log}");
    assert!(
        matches!(&problem, TlsProblem::ClientCertificateRefused { expired: Some(_), .. }),
        "{problem:?}"
    );
    assert!(words.contains("which expired on 20"), "{words}");
}

#[tokio::test]
async fn reports_server_of_unknown_issuer() {
    let (authority, foreign) = (Authority::new(), Authority::new());
    let front = Front::tls(&foreign.server("localhost"), None).await;
    let (problem, words) = refusal(&with_ca(&front, &authority, "")).await;
    assert!(matches!(problem, TlsProblem::UnknownIssuer { .. }), "{problem:?}");
    assert!(words.contains("is not issued by") && words.contains("ca.pem"), "{words}");
    assert!(words.contains("`server_ca_cert`"), "{words}");
}

#[tokio::test]
async fn reports_server_with_another_name() {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("elsewhere.internal"), None).await;
    let (problem, words) = refusal(&with_ca(&front, &authority, "")).await;
    assert!(matches!(problem, TlsProblem::WrongName { .. }), "{problem:?}");
    assert!(words.contains("elsewhere.internal") && words.contains("not for localhost"), "{words}");
    assert!(words.contains("`tls_server_name`"), "{words}");
}

#[tokio::test]
async fn reports_expired_server_certificate() {
    let authority = Authority::new();
    let expired = authority.server_until("localhost", SystemTime::now() - 2 * DAY);
    let front = Front::tls(&expired, None).await;
    let (problem, words) = refusal(&with_ca(&front, &authority, "")).await;
    assert!(matches!(problem, TlsProblem::Expired { .. }), "{problem:?}");
    assert!(words.contains("the server's certificate expired on 20"), "{words}");
}

#[tokio::test]
async fn reports_server_that_requires_tls() {
    let authority = Authority::new();
    for clients in [None, Some(&authority)] {
        let front = Front::tls(&authority.server("localhost"), clients).await;
        let (problem, words) =
            refusal(&format!("temporal: {{ url: '{}' }}", front.address())).await;
        assert_eq!(problem, TlsProblem::ServerWithTls);
        assert!(words.contains("set `tls` to true"), "{words}");
    }
}

#[tokio::test]
async fn reports_server_without_tls() {
    let authority = Authority::new();
    let url = Shared::get().address();
    let text =
        format!("temporal: {{ url: '{url}', server_ca_cert: {} }}", authority.ca_file().display());
    let (problem, words) = refusal(&text).await;
    assert_eq!(problem, TlsProblem::ServerWithoutTls);
    assert!(words.contains("set `tls` to false"), "{words}");
}

#[tokio::test]
async fn reports_unusable_files_before_connecting() {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), None).await;
    let nothing = authority.file("nothing.pem", "# nothing\n");
    let client = authority.client("orders");
    let (certificate, _) = authority.client_files(&client);
    let other = authority.file("other.key", &authority.client("other").key);
    for (keys, file, word) in [
        ("  server_ca_cert: /no/such.pem\n".to_owned(), "/no/such.pem", "No such file"),
        (
            format!("  server_ca_cert: {}\n", nothing.display()),
            "nothing.pem",
            "no `BEGIN CERTIFICATE`",
        ),
        (
            format!("  client_cert: {}\n  client_key: /no.key\n", certificate.display()),
            "/no.key",
            "No such file",
        ),
        (
            format!(
                "  client_cert: {}\n  client_key: {}\n",
                certificate.display(),
                other.display()
            ),
            "other.key",
            "cannot use",
        ),
    ] {
        let text = format!("temporal:\n  url: '{}'\n{keys}", front.address());
        let (problem, words) = refusal(&text).await;
        assert!(matches!(problem, TlsProblem::Unreadable { .. }), "{problem:?}");
        assert!(words.contains(file) && words.contains(word), "{words}");
    }
    assert_eq!(front.accepted(), 0);
}

#[tokio::test]
async fn reports_absent_server_as_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);
    let tls = durable::client::Tls::default();
    let authority = Authority::new();
    let tls = tls.server_ca_certificate(durable::client::Pem::inline(authority.pem()));
    let error = Client::builder().address(address).tls(tls).connect().await;
    let error = error.expect_err("nobody listens");
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
}
