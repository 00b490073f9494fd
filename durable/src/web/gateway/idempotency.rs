//! The header `Idempotency-Key`, by which a request that is sent twice is carried out once.
//!
//! The key becomes the request id of a start or a signal, and the id of an update. The server refuses or merges
//! a second one, whichever process sends it. A fingerprint of the request is kept in the memo of a started
//! workflow and in this process, so that a key that is used for another request is noticed.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use super::kind;
use crate::web::Problem;

/// The header.
const HEADER: &str = "idempotency-key";
/// The longest key, in bytes.
pub(super) const LONGEST: usize = 255;
/// The number of keys that a process remembers.
const REMEMBERED: usize = 10_000;

/// The header of an answer that repeats an earlier one.
pub(super) const REPLAYED: &str = "idempotency-replayed";

/// A key with the request that it belongs to.
pub(super) struct Key {
    /// The fingerprint of the key, its caller, and the operation.
    pub(super) id: String,
    /// The fingerprint of the request's content.
    request: String,
}

impl Key {
    /// Reads the key of a request, if it has one. `scope` tells the caller and the operation.
    pub(super) fn read(
        headers: &HeaderMap,
        scope: &[&str],
        content: &Value,
    ) -> Result<Option<Self>, Problem> {
        let mut all = headers.get_all(HEADER).iter();
        let (first, second) = (all.next(), all.next());
        let Some(value) = first else { return Ok(None) };
        let key = value.to_str().ok().and_then(unquoted).filter(|_| second.is_none());
        let Some(key) = key else {
            let detail = "send the header `Idempotency-Key` once, with 1 to 255 visible characters of \
                          ASCII, such as a UUID";
            return Err(Problem::of(kind::INVALID_KEY, detail));
        };
        let mut parts = scope.to_vec();
        parts.push(key);
        let content = content.to_string();
        Ok(Some(Self { id: fingerprint(&parts), request: fingerprint(&[&content]) }))
    }

    /// Returns the content of the memo of a workflow that was started with this key.
    pub(super) fn memo(&self) -> Value {
        json!({ "key": self.id, "request": self.request })
    }

    /// Checks the memo of the workflow that has the id.
    pub(super) fn check_memo(&self, memo: Option<&Value>) -> Result<(), Problem> {
        let text = |name| memo.and_then(|memo| memo.get(name)).and_then(Value::as_str);
        if text("key") != Some(&self.id) {
            let detail = "a workflow of another request has this id";
            return Err(Problem::of(kind::KEY_IN_USE, detail));
        }
        if text("request") == Some(&self.request) { Ok(()) } else { Err(reused()) }
    }
}

fn reused() -> Problem {
    let detail = "the idempotency key was used for a request with other content; use a new key";
    Problem::of(kind::KEY_REUSED, detail)
}

/// Returns the key without the quotes that the draft of the IETF prescribes.
fn unquoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_visible = inner.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    (is_visible && (1..=LONGEST).contains(&inner.len())).then_some(inner)
}

/// Returns the SHA-256 of some texts, in hexadecimal digits. The length of each is part of it.
fn fingerprint(texts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&text.len().to_be_bytes());
        context.update(text.as_bytes());
    }
    context.finish().as_ref().iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// The keys that this process has seen lately.
#[derive(Default)]
pub(super) struct Seen(Mutex<Keys>);

#[derive(Default)]
struct Keys {
    requests: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Seen {
    /// Remembers a key, or refuses one that was seen with another request.
    pub(super) fn check(&self, key: &Key) -> Result<(), Problem> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = keys.requests.get(&key.id) {
            return if *request == key.request { Ok(()) } else { Err(reused()) };
        }
        if keys.order.len() >= REMEMBERED
            && let Some(oldest) = keys.order.pop_front()
        {
            keys.requests.remove(&oldest);
        }
        keys.order.push_back(key.id.clone());
        keys.requests.insert(key.id.clone(), key.request.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, content: &Value) -> Key {
        let headers = [(HEADER.parse().expect("a name"), text.parse().expect("a value"))];
        let key = Key::read(&headers.into_iter().collect(), &["scope"], content);
        key.ok().flatten().expect("it is a key")
    }

    #[test]
    fn keys_may_be_quoted() {
        assert_eq!(unquoted("\"8e03978e\""), Some("8e03978e"));
        assert_eq!(unquoted("8e03978e"), Some("8e03978e"));
        let (longest, longer) = ("k".repeat(LONGEST), "k".repeat(LONGEST + 1));
        assert_eq!(unquoted(&longest), Some(&*longest));
        for text in ["", "\"\"", "a b", "a\"b", "ä", &longer] {
            assert_eq!(unquoted(text), None, "{text}");
        }
    }

    #[test]
    fn the_texts_of_a_fingerprint_are_told_apart() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(fingerprint(&["a"]).len(), 64);
    }

    #[test]
    fn forgets_the_oldest_key_only() {
        let seen = Seen::default();
        let (one, other) = (json!(1), json!(2));
        for number in 0..=REMEMBERED {
            seen.check(&key(&number.to_string(), &one)).expect("it is new");
        }
        assert!(seen.check(&key("1", &other)).is_err(), "it is remembered");
        assert!(seen.check(&key("0", &other)).is_ok(), "it is forgotten");
        assert_eq!(seen.0.lock().expect("nobody panics").requests.len(), REMEMBERED);
    }
}
