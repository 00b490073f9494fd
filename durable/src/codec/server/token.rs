//! Static bearer tokens, given as text or in a file that is read again.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::hmac;
use ring::rand::SystemRandom;

use super::CodecServerError;

/// The time for which the content of a file is used.
const AGE: Duration = Duration::from_secs(2);

/// The fewest characters of a token. A shorter one could be guessed.
const SHORTEST: usize = 16;

/// The source of a token.
#[derive(Clone)]
pub(super) enum TokenSource {
    Text(String),
    File(PathBuf),
}

/// A token that callers must present.
pub(super) struct Token {
    file: Option<PathBuf>,
    current: Mutex<Current>,
}

/// The proof of a token. The token itself isn't kept.
///
/// A presented token is compared by its code under a random key, so the time of the comparison tells
/// nothing about the token, and not even its length.
struct Current {
    key: hmac::Key,
    code: hmac::Tag,
    read: Instant,
}

impl Token {
    pub(super) fn new(source: &TokenSource) -> Result<Self, CodecServerError> {
        let file = match source {
            TokenSource::Text(_) => None,
            TokenSource::File(path) => Some(path.clone()),
        };
        let current = match source {
            TokenSource::Text(token) => Current::new(token),
            TokenSource::File(path) => Current::read(path),
        };
        Ok(Self { file, current: Mutex::new(current?) })
    }

    /// Returns whether this is the token.
    pub(super) fn is(&self, presented: &[u8]) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &self.file
            && current.read.elapsed() > AGE
        {
            match Current::read(path) {
                Ok(read) => *current = read,
                Err(error) => {
                    let error = crate::error::report::one_line(&error);
                    tracing::warn!("the previous bearer token is used: {error}");
                    current.read = Instant::now();
                }
            }
        }
        hmac::verify(&current.key, presented, current.code.as_ref()).is_ok()
    }
}

impl Current {
    fn new(token: &str) -> Result<Self, CodecServerError> {
        let invalid = |problem| Err(CodecServerError::InvalidToken { problem });
        if token.len() < SHORTEST {
            return invalid(
                "it has fewer than 16 characters, and could be guessed; take a random one, such as that \
                 of `openssl rand -hex 32`",
            );
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return invalid("it can't be sent in a header; use visible ASCII characters only");
        }
        let Ok(key) = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()) else {
            return invalid("the operating system has no random numbers to compare it with");
        };
        let code = hmac::sign(&key, token.as_bytes());
        Ok(Self { key, code, read: Instant::now() })
    }

    fn read(path: &Path) -> Result<Self, CodecServerError> {
        let token = fs::read_to_string(path);
        let token = token
            .map_err(|source| CodecServerError::TokenFile { path: path.to_owned(), source })?;
        Self::new(token.trim())
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(***)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}
