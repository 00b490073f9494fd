//! Payloads that cannot be read: the workflow waits for the right key, and no ciphertext becomes a value.

use durable::codec::{Codecs, Encryption, Key};
use durable::{Error, Workers};
use durable_tests::failed_task;

use crate::flows::Steps;
use crate::{client, encryption, key};

#[tokio::test]
async fn waits_for_a_missing_key_or_the_right_one_and_then_goes_on() -> durable::Result<()> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("k2");
    std::fs::write(&path, Key::generate().to_base64()).expect("it can be written");
    let of_file = Encryption::builder().key("k1", key(1)).key_file("k2", &path).active("k1");
    let without = encryption(1);
    let wrong = of_file.build().expect("the keys are valid");
    let namespace = crate::namespace().await;
    let sender = client(&namespace, encryption(2)).await;
    for (worker, problem) in [
        (without, "there is no key `k2`"),
        (wrong, "the key `k2` does not decrypt it: the key differs from the sender's"),
    ] {
        let has_file = worker.key_ids().count() == 2;
        let worker = client(&namespace, worker).await;
        let workers = Workers::new(&worker).queues(["sealed"]).start().await?;
        let handle = Steps::start(&sender, "a".to_owned()).await?;
        let message = failed_task(&handle).await;
        assert!(message.contains(problem), "{message}");
        let described = handle.describe().await?;
        assert!(described.task_failure().is_none_or(|it| it.message.contains("`k2`")));
        if has_file {
            // The key is back: its file is read again.
            std::fs::write(&path, key(2).to_base64()).expect("it can be written");
        }
        let workers = if has_file {
            workers
        } else {
            workers.shutdown().await?;
            let worker = client(&namespace, encryption(2)).await;
            Workers::new(&worker).queues(["sealed"]).start().await?
        };
        handle.go_on(String::new()).await?;
        assert_eq!(handle.result().await?, "a-output-");
        workers.shutdown().await?;
    }
    Ok(())
}

#[tokio::test]
async fn reads_plain_payloads_unless_encryption_is_required() -> durable::Result<()> {
    let namespace = crate::namespace().await;
    let plain = client(&namespace, Codecs::new()).await;
    for required in [false, true] {
        let strict = Encryption::builder().key("k1", key(1)).active("k1");
        let strict = strict.require_encrypted(required).build().expect("the keys are valid");
        let worker = client(&namespace, strict).await;
        let workers = Workers::new(&worker).queues(["sealed"]).start().await?;
        let handle = Steps::start(&plain, "a".to_owned()).await?;
        if required {
            let message = failed_task(&handle).await;
            assert!(message.contains("it is not encrypted, and `require_encrypted`"), "{message}");
            handle.terminate("the test is over").await?;
        } else {
            handle.go_on(String::new()).await?;
            // The output is encrypted, so only the worker's client reads it.
            assert!(matches!(handle.result().await, Err(Error::WrongType { .. })));
            assert_eq!(Steps::handle(&worker, handle.id()).result().await?, "a-output-");
        }
        workers.shutdown().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_program_whose_keys_are_invalid_does_not_connect() {
    let config = "temporal: { encryption: { active: k1, keys: { k1: { file: /nowhere/k1 } } } }";
    let config = durable::config::Config::loader().text(config).load().expect("it is valid");
    let address = durable_tests::Shared::get().address();
    let builder = durable::Client::builder().config(&config).address(address);
    let error = builder.connect().await.unwrap_err().to_string();
    assert!(error.contains("the key `k1` cannot be used: the key file /nowhere/k1"), "{error}");
}
