//! Certificates that change on disk are used for the next connection, without a restart.

use std::fs;

use crate::authority::Authority;
use crate::front::{Front, der};
use crate::{connect, mutual};

/// Asks until there is an answer on a new connection.
async fn answers(client: &durable::Client) {
    durable_tests::eventually("answer", || async { client.health().await.ok() }).await;
}

#[tokio::test]
async fn next_connection_uses_new_client_certificate() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let before = authority.client("before");
    let (certificate, key) = authority.client_files(&before);
    let text = mutual(&front, &authority, &certificate, &key);
    let client = connect(&text).await?;
    let is_shown = |pem: &str| front.last_shown().as_deref() == Some(der(pem).as_ref());
    assert!(is_shown(&before.certificate));

    // In the middle of a rotation the certificate is new and the key is not: the old ones hold.
    let after = authority.client("after");
    fs::write(&certificate, &after.certificate).expect("it can be written");
    front.hang_up();
    answers(&client).await;
    assert_eq!(front.accepted(), 2);
    assert!(is_shown(&before.certificate));

    fs::write(&key, &after.key).expect("it can be written");
    front.hang_up();
    answers(&client).await;
    assert_eq!(front.accepted(), 3);
    assert!(is_shown(&after.certificate));
    Ok(())
}

#[tokio::test]
async fn next_connection_trusts_new_authority() -> durable::Result<()> {
    let (old, new) = (Authority::new(), Authority::new());
    let front = Front::tls(&old.server("localhost"), None).await;
    let ca = old.ca_file();
    let text =
        format!("temporal: {{ url: '{}', server_ca_cert: {} }}", front.address(), ca.display());
    let client = connect(&text).await?;

    front.show(&new.server("localhost"), None);
    fs::write(&ca, new.pem()).expect("it can be written");
    front.hang_up();
    answers(&client).await;

    // And the old one is not trusted any more.
    front.show(&old.server("localhost"), None);
    front.hang_up();
    durable_tests::eventually("refusal", || async { client.health().await.err() }).await;
    Ok(())
}
