//! Encryption from a configuration, with nothing else in the program.

use durable::codec::Key;
use durable::config::Config;
use durable::testing::{Replayer, TestEnv};
use durable::{Client, Workers};
use durable_tests::{Shared, eventually};

use crate::flows::Ends;

fn config(text: &str) -> Result<Config, durable::config::ConfigError> {
    let variables = [("K1".to_owned(), Key::from_bytes([1; 32]).to_base64())];
    Config::loader().text(text).environment(variables).load()
}

#[tokio::test]
async fn clients_workers_and_replays_use_the_configured_keys() -> durable::Result<()> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("k2");
    std::fs::write(&path, Key::generate().to_base64()).expect("it can be written");
    let text = format!(
        "temporal:\n  encryption: {{ active: k2, keys: {{ k1: '${{K1}}', k2: {{ file: '{}' }} }} }}\n  \
         compression: {{ above_bytes: 100 }}",
        path.display()
    );
    let config = config(&text).expect("it is valid");
    let builder = Client::builder().config(&config).address(Shared::get().address());
    let namespace = crate::namespace().await;
    let client = eventually("namespace", || async {
        builder.clone().namespace(&namespace).connect().await.ok()
    })
    .await;
    let workers = Workers::new(&client).queues(["sealed"]).start().await?;
    let input = ("succeed".to_owned(), "x".repeat(10_000), String::new());
    let handle = Ends::start(&client, input).await?;
    assert!(handle.result().await?.ends_with("-workflow-output-sentinel"));
    let events = durable_tests::events(&handle).await;
    let text = format!("{events:?}");
    assert!(!text.contains("xxxxxxxx") && text.len() < 30_000, "it is compressed and encrypted");
    let replayed = Replayer::new().config(&config).history(handle.history());
    replayed.run().await?;
    workers.shutdown().await?;

    let env = TestEnv::builder().config(&config).start().await?;
    let input = ("succeed".to_owned(), "test".to_owned(), String::new());
    let handle = Ends::start(env.client(), input).await?;
    assert_eq!(handle.result().await?, "test-workflow-output-sentinel");
    let events = format!("{:?}", durable_tests::events(&handle).await);
    assert!(!events.contains("test-workflow-output"));
    env.finish().await.map(drop)
}

#[test]
fn shows_the_ids_of_keys_and_never_a_key() {
    let text = "temporal: { encryption: { active: k1, keys: { k1: '${K1}', k0: { file: k0 } } } }";
    let config = config(text).expect("it is valid");
    let settings: Vec<_> = config.settings().iter().map(ToString::to_string).collect();
    let settings = settings.join("\n");
    assert!(settings.contains("encryption.active = k1"), "{settings}");
    assert!(settings.contains("encryption.keys.k1.key = ***"), "{settings}");
    assert!(settings.contains("encryption.keys.k0.file = "), "{settings}");
    let key = Key::from_bytes([1; 32]).to_base64();
    assert!(!format!("{settings}{config:?}").contains(&key));
}

#[test]
fn says_what_is_wrong_with_configured_keys() {
    for (encryption, problem) in [
        ("active: k2, keys: { k1: '${K1}' }", "there is no such key; expected one of `k1`"),
        ("active: k2", "there is no such key; add it to `keys`"),
        ("keys: { k1: '${K1}' }", "no key encrypts; set `active` too"),
        ("require_encrypted: true", "no key encrypts; set `active` too"),
        ("active: k1, keys: { k1: nonsense! }", "the key is not Base64; create one with"),
        ("active: k1, keys: { k1: AAAA }", "the key has 3 bytes instead of 32"),
        ("active: k1, keys: { k1: { key: '${K1}', file: k1 } }", "`key` is set too; remove one"),
        ("active: k1, only_decrypt: true, keys: { k1: '${K1}' }", "`active` encrypts, and this"),
        ("active: k1, keys: { k1: { fil: k1 } }", "unknown key; did you mean `file`?"),
    ] {
        let error = config(&format!("temporal: {{ encryption: {{ {encryption} }} }}"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(problem), "{encryption}: no {problem:?} in {error}");
        assert!(!error.contains("nonsense"), "{error}");
    }
    let only = "temporal: { encryption: { only_decrypt: true, keys: { k1: '${K1}' } } }";
    config(only).expect("it is valid");
}
