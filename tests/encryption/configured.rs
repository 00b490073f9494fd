//! Encryption from a configuration, with nothing else in the program.

use durable::client::WorkflowHandle;
use durable::codec::Key;
use durable::config::Config;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::testing::{Replayer, TestEnv, TestEnvBuilder};
use durable::{Client, Workers};
use durable_tests::{Shared, eventually};

use crate::flows::Ends;

fn config(text: &str) -> Result<Config, durable::config::ConfigError> {
    let variables = [("K1".to_owned(), Key::from_bytes([1; 32]).to_base64())];
    Config::loader().text(text).environment(variables).load()
}

/// Returns the encoding of a workflow's output, as the server has it.
async fn output_encoding(handle: &WorkflowHandle<Ends>) -> String {
    let completed = EventType::WorkflowExecutionCompleted;
    let mut completed = durable_tests::attributes(handle, completed).await;
    let Some(Attributes::WorkflowExecutionCompletedEventAttributes(completed)) = completed.pop()
    else {
        panic!("the workflow has not completed")
    };
    let output = completed.result.expect("it has an output").payloads.remove(0);
    String::from_utf8_lossy(&output.metadata["encoding"]).into_owned()
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
    assert_eq!(output_encoding(&handle).await, "binary/encrypted");
    env.finish().await.map(drop)
}

#[test]
fn a_variable_sets_a_key_in_the_short_form_and_in_the_long_one() {
    let of = |name: &str| {
        let key = Key::from_bytes([1; 32]).to_base64();
        let variables = [("DURABLE__ENCRYPTION__ACTIVE", "k1".to_owned()), (name, key)]
            .map(|it| (it.0.to_owned(), it.1));
        Config::loader().text("").environment(variables).load()
    };
    for name in ["DURABLE__ENCRYPTION__KEYS__k1", "DURABLE__ENCRYPTION__KEYS__k1__KEY"] {
        let settings = of(name)
            .expect("it is valid")
            .settings()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let settings = settings.join("\n");
        assert!(settings.contains("encryption.keys.k1.key = ***"), "{name}: {settings}");
    }
    let error = of("DURABLE__ENCRYPTION__KEYS__k2").unwrap_err().to_string();
    assert!(error.contains("there is no such key; expected one of `k2`"), "{error}");
}

fn configured(env: TestEnvBuilder) -> TestEnvBuilder {
    let text = "temporal: { encryption: { active: k1, keys: { k1: '${K1}' } } }";
    env.config(&config(text).expect("it is valid"))
}

#[durable::test(setup = configured)]
async fn the_setup_of_a_test_gives_it_a_configuration(env: TestEnv) -> durable::Result<()> {
    let input = ("succeed".to_owned(), "test".to_owned(), String::new());
    let handle = Ends::start(env.client(), input).await?;
    assert_eq!(handle.result().await?, "test-workflow-output-sentinel");
    assert_eq!(output_encoding(&handle).await, "binary/encrypted");
    Ok(())
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
