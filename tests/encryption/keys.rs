//! Keys of a provider and of a key service, and the form of what they encrypt.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use durable::codec::{
    CodecError, Codecs, Compression, DataKey, Encryption, Key, KeyProvider, KeyService,
};
use durable::sdk::temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::key;

const CONTEXT: SerializationContextData = SerializationContextData::None;

fn payload(text: &str) -> Payload {
    let metadata = HashMap::from([("encoding".to_owned(), b"json/plain".to_vec())]);
    Payload { metadata, data: text.as_bytes().to_vec(), ..Payload::default() }
}

async fn encoded(codec: &impl PayloadCodec, text: &str) -> Payload {
    let encoded = codec.encode(&CONTEXT, vec![payload(text)]).await;
    encoded.expect("it can be encoded").remove(0)
}

async fn decoded(codec: &impl PayloadCodec, payload: Payload) -> Result<Payload, CodecError> {
    match codec.decode(&CONTEXT, vec![payload]).await {
        Ok(mut decoded) => Ok(decoded.remove(0)),
        Err(PayloadConversionError::EncodingError(source)) => {
            Err(source.downcast_ref::<CodecError>().expect("it is an error of ours").clone())
        }
        Err(other) => panic!("{other}"),
    }
}

/// A provider or service that counts its calls.
#[derive(Clone, Default)]
struct Counted {
    calls: Arc<AtomicUsize>,
    is_down: Arc<AtomicUsize>,
}

impl Counted {
    fn called(&self) -> io::Result<()> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let is_down = self.is_down.load(Ordering::SeqCst) > 0;
        if is_down { Err(io::Error::other("it is down")) } else { Ok(()) }
    }

    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }
}

impl KeyProvider for Counted {
    type Error = io::Error;

    async fn active(&self) -> io::Result<String> {
        self.called().map(|()| "k1".to_owned())
    }

    async fn key(&self, id: &str) -> io::Result<Option<Key>> {
        self.called()?;
        Ok((id == "k1").then(|| key(1)))
    }
}

impl KeyService for Counted {
    type Error = io::Error;

    async fn create(&self) -> io::Result<DataKey> {
        self.called()?;
        let data_key = Key::generate();
        let wrapped = key(9).seal(data_key.as_bytes()).map_err(io::Error::other)?;
        Ok(DataKey::new(data_key, "master", wrapped))
    }

    async fn unwrap(&self, key_id: &str, wrapped: &[u8]) -> io::Result<Option<Key>> {
        self.called()?;
        assert_eq!(key_id, "master");
        let bytes = key(9).open(wrapped).map_err(io::Error::other)?;
        Ok(Some(Key::from_bytes(bytes.try_into().expect("it has 32 bytes"))))
    }
}

#[tokio::test]
async fn has_the_form_of_the_official_samples() {
    let sent = encoded(&crate::encryption(2), "\"secret\"").await;
    assert_eq!(sent.metadata["encoding"], b"binary/encrypted");
    assert_eq!(sent.metadata["encryption-key-id"], b"k2");
    assert_eq!(sent.metadata.len(), 2);
    // The nonce, the serialized payload and the tag.
    assert_eq!(sent.data.len(), 12 + 34 + 16);
    assert_eq!(decoded(&crate::encryption(3), sent).await.unwrap(), payload("\"secret\""));
}

#[tokio::test]
async fn tells_a_missing_key_from_a_forged_payload() {
    let sent = encoded(&crate::encryption(2), "x").await;
    let missing = decoded(&crate::encryption(1), sent.clone()).await.unwrap_err();
    assert!(matches!(&missing, CodecError::MissingKey { key_id } if key_id == "k2"));
    assert!(!missing.is_invalid_payload());
    let mut forged = sent.clone();
    forged.data[20] ^= 1;
    let forged = decoded(&crate::encryption(2), forged).await.unwrap_err();
    assert!(matches!(&forged, CodecError::NotAuthentic { key_id } if key_id == "k2"));
    assert!(forged.is_invalid_payload());
    let mut nameless = sent.clone();
    nameless.metadata.remove("encryption-key-id");
    let nameless = decoded(&crate::encryption(2), nameless).await.unwrap_err();
    assert!(matches!(nameless, CodecError::Malformed { .. }));
    let mut hostile = sent;
    let id = format!("k\u{1b}[31m{}", "x".repeat(9999));
    hostile.metadata.insert("encryption-key-id".to_owned(), id.into_bytes());
    let hostile = decoded(&crate::encryption(2), hostile).await.unwrap_err().to_string();
    assert!(hostile.len() < 400 && !hostile.contains('\u{1b}'), "{hostile}");
}

#[tokio::test]
async fn asks_a_provider_once_for_many_payloads() {
    let provider = Counted::default();
    let encryption = Encryption::builder().key_provider(provider.clone()).build().unwrap();
    for _ in 0..50 {
        let sent = encoded(&encryption, "x").await;
        assert_eq!(sent.metadata["encryption-key-id"], b"k1");
        assert_eq!(decoded(&encryption, sent).await.unwrap(), payload("x"));
    }
    assert_eq!(provider.calls(), 2, "for the active id and its key");

    let builder = Encryption::builder().key_provider(provider.clone());
    let uncached = builder.cache_for(Duration::ZERO).build().unwrap();
    encoded(&uncached, "x").await;
    encoded(&uncached, "x").await;
    assert_eq!(provider.calls(), 4);
}

#[tokio::test]
async fn sends_nothing_while_a_provider_is_down_and_recovers() {
    let provider = Counted::default();
    let encryption = Encryption::builder().key_provider(provider.clone()).build().unwrap();
    provider.is_down.store(1, Ordering::SeqCst);
    let failed = encryption.encode(&CONTEXT, vec![payload("x")]).await.unwrap_err();
    assert!(failed.to_string().contains("the key provider returned an error"), "{failed}");
    provider.is_down.store(0, Ordering::SeqCst);
    encoded(&encryption, "x").await;
}

#[tokio::test]
async fn wraps_data_keys_and_uses_each_for_a_time_and_a_number_of_payloads() {
    let service = Counted::default();
    let builder = || Encryption::builder().key_service(service.clone()).data_key_uses(10);
    let sender = builder().build().unwrap();
    let mut sent = Vec::new();
    for _ in 0..25 {
        sent.push(encoded(&sender, "x").await);
    }
    assert_eq!(service.calls(), 3, "for 10, 10 and 5 payloads");
    let reader = builder().build().unwrap();
    for payload_sent in &sent {
        assert_eq!(payload_sent.metadata["encryption-key-id"], b"master");
        assert_eq!(decoded(&reader, payload_sent.clone()).await.unwrap(), payload("x"));
        assert_eq!(decoded(&sender, payload_sent.clone()).await.unwrap(), payload("x"));
    }
    assert_eq!(service.calls(), 3, "the reader unwraps three data keys, the sender none");

    // Without the service, its payloads can't be read, and plain keys still can.
    let without = crate::encryption(1);
    let missing = decoded(&without, sent.remove(0)).await.unwrap_err();
    assert!(matches!(missing, CodecError::MissingKey { key_id } if key_id == "master"));
    let both = builder().key("k1", key(1)).build().unwrap();
    let of_before = encoded(&without, "x").await;
    assert_eq!(decoded(&both, of_before).await.unwrap(), payload("x"));
}

#[tokio::test]
async fn codecs_of_the_program_stand_anywhere_in_the_chain() {
    let text = "x".repeat(5000);
    let flip = || durable_tests::plugged::FlipCodec;
    let sealed = crate::encryption(1);
    let compression = Compression::zstd();
    for chain in [
        Codecs::new().then(flip()).then(compression.clone()).then(sealed.clone()),
        Codecs::new().then(compression.clone()).then(flip()).then(sealed.clone()),
        Codecs::new().then(compression.clone()).then(sealed.clone()).then(flip()),
        Codecs::new().then(Codecs::new().then(compression)).then(Codecs::from(sealed)),
    ] {
        assert!(chain.encodes_failures());
        let sent = encoded(&chain, &text).await;
        assert!(sent.data.len() < 1000, "{} bytes", sent.data.len());
        assert_eq!(decoded(&chain, sent).await.unwrap(), payload(&text));
    }
}

#[tokio::test]
async fn only_decrypts_if_it_is_told_so() {
    let reader = Encryption::builder().key("k1", key(1)).only_decrypt(true).build().unwrap();
    assert!(!Codecs::from(reader.clone()).encodes_failures());
    assert_eq!(encoded(&reader, "x").await, payload("x"));
    let sent = encoded(&crate::encryption(1), "x").await;
    assert_eq!(decoded(&reader, sent).await.unwrap(), payload("x"));
}

#[test]
fn says_everything_that_is_wrong_with_the_keys() {
    let error = Encryption::builder()
        .key("k1", key(1))
        .key("k1", key(2))
        .key("", key(3))
        .key_env("k2", "DURABLE_TESTS_NO_SUCH_KEY")
        .key_file("k3", "/nowhere/k3")
        .active("k4")
        .build()
        .unwrap_err();
    let text = error.to_string();
    for problem in [
        "there are two keys `k1`",
        "invalid key id ``",
        "the environment variable `DURABLE_TESTS_NO_SUCH_KEY` is not set",
        "the key file /nowhere/k3 cannot be read",
        "there is no key `k4` to encrypt with; set `active` to one of ``, `k1`, `k2`, `k3`",
    ] {
        assert!(text.contains(problem), "no {problem:?} in {text}");
    }
    let none = Encryption::builder().key("k1", key(1)).build().unwrap_err();
    assert_eq!(none.to_string(), "no key encrypts; set `active` to `k1`");
}
