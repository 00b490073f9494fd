//! The encryption and the compression of a configuration.

use super::error::ConfigProblem;
#[cfg(feature = "encryption")]
use super::keys::EncryptionKey;
use super::keys::Temporal;
use super::mistake::ConfigMistake;
use super::section::Located;
use super::value::in_file;
#[cfg(feature = "encryption")]
use crate::codec::{CodecSettings, Key, KeySource};

/// Returns the settings of the codecs.
#[cfg(feature = "encryption")]
pub(super) fn settings(keys: &Temporal) -> CodecSettings {
    let (encryption, compression) = (&keys.encryption.keys, &keys.compression.keys);
    let source = |key: &EncryptionKey| match (key.key.get(), key.file.get()) {
        (_, Some(path)) => KeySource::File(path.clone()),
        (text, None) => KeySource::Text(text.cloned().unwrap_or_default()),
    };
    let all = encryption.keys.iter().map(|(id, key)| (id.clone(), source(&key.keys)));
    CodecSettings {
        own: None,
        active: encryption.active.get().cloned(),
        keys: all.collect(),
        require_encrypted: encryption.require_encrypted.get().copied().unwrap_or_default(),
        only_decrypt: encryption.only_decrypt.get().copied().unwrap_or_default(),
        compress_above: compression.above_bytes.get().map(|bytes| *bytes as usize),
        compression_level: compression.level.get().map(|level| i32::try_from(*level).unwrap_or(22)),
    }
}

/// Finds the mistakes in the keys, without reading files.
pub(super) fn check(keys: &Temporal, problems: &mut Vec<ConfigProblem>) {
    let mut problem = |key: &dyn Located, mistake| {
        if let Some(source) = key.source() {
            problems.push(ConfigProblem::of_key(source.clone(), &in_file(key.path()), mistake));
        }
    };
    if cfg!(not(feature = "encryption")) {
        return check_feature(keys, &mut problem);
    }
    let (encryption, compression) = (&keys.encryption.keys, &keys.compression.keys);
    check_active(keys, &mut problem);
    for (_, key) in encryption.keys.iter() {
        let key = &key.keys;
        if key.key.is_set() {
            let (problem_of_both, fix) = ("`key` is set too", "remove one of them");
            let mistake = ConfigMistake::Contradiction { problem: problem_of_both, fix };
            problem(&key.file, mistake);
        }
        if let Some(reason) = key.key.get().and_then(|text| invalid(text)) {
            problem(&key.key, ConfigMistake::InvalidEncryptionKey { reason });
        }
    }
    if compression.level.get().is_some_and(|level| !(1..=22).contains(level)) {
        let expected = "a level from 1 to 22";
        problem(&compression.level, ConfigMistake::WrongType { expected, got: None });
    }
}

/// Takes a mistake at a key.
type Report<'a> = &'a mut dyn FnMut(&dyn Located, ConfigMistake);

/// Refuses every key in a program without the feature.
fn check_feature(keys: &Temporal, problem: Report<'_>) {
    let (encryption, compression) = (&keys.encryption.keys, &keys.compression.keys);
    // Otherwise the program would send everything in plain text.
    let first = encryption.keys.iter().next().map(|(_, key)| &key.keys);
    let set: [Option<&dyn Located>; 7] = [
        Some(&encryption.active),
        Some(&encryption.require_encrypted),
        Some(&encryption.only_decrypt),
        first.map(|key| &key.key as _),
        first.map(|key| &key.file as _),
        Some(&compression.above_bytes),
        Some(&compression.level),
    ];
    for key in set.into_iter().flatten() {
        problem(key, ConfigMistake::MissingFeature { feature: "encryption" });
    }
}

/// Finds the mistakes in the choice of the key that encrypts.
fn check_active(keys: &Temporal, problem: Report<'_>) {
    let encryption = &keys.encryption.keys;
    let ids: Vec<_> = encryption.keys.iter().map(|(id, _)| id.clone()).collect();
    match encryption.active.get() {
        Some(active) if !ids.contains(active) => {
            let known = ids;
            problem(&encryption.active, ConfigMistake::UnknownEncryptionKey { known });
        }
        Some(_) if encryption.only_decrypt.get() == Some(&true) => {
            let (of_both, fix) =
                ("`active` encrypts, and this sends plain text", "remove one of them");
            let mistake = ConfigMistake::Contradiction { problem: of_both, fix };
            problem(&encryption.only_decrypt, mistake);
        }
        Some(_) => {}
        None if encryption.only_decrypt.get() == Some(&true) => {}
        None => {
            let reason = "no key encrypts";
            let incomplete = || ConfigMistake::Incomplete { reason, other: "active".to_owned() };
            if let Some((_, first)) = encryption.keys.iter().next() {
                let key = &first.keys;
                let set: &dyn Located = if key.key.is_set() { &key.key } else { &key.file };
                problem(set, incomplete());
            } else {
                problem(&encryption.require_encrypted, incomplete());
            }
        }
    }
}

/// Returns the reason why a text is no key.
#[cfg(feature = "encryption")]
fn invalid(text: &str) -> Option<String> {
    Key::from_base64(text).err().map(|error| error.to_string())
}

#[cfg(not(feature = "encryption"))]
fn invalid(_: &str) -> Option<String> {
    None
}
