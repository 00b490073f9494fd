//! The position of a stream, which its events have as their id.

use std::collections::hash_map::DefaultHasher;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The header `Last-Event-ID`, which a browser sends when it connects again.
///
/// As an extractor it is never refused: without the header, or with an id of another service, the stream begins
/// from the start.
#[derive(Debug, Clone, Default)]
pub struct LastEventId(pub(super) Option<Position>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
        Ok(Self(header.and_then(Position::parse)))
    }
}

/// Everything that the receiver of a stream knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) run_id: String,
    pub(super) status: String,
    /// The length of the history for which the state was asked.
    pub(super) history_length: usize,
    /// The digest of the last state, or 0 if there was none.
    pub(super) state: u64,
    /// `true` after the result.
    pub(super) is_end: bool,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let position = Self {
            run_id: parts.next()?.to_owned(),
            status: parts.next()?.to_owned(),
            history_length: parts.next()?.parse().ok()?,
            state: u64::from_str_radix(parts.next()?, 16).ok()?,
            is_end: match parts.next()? {
                "end" => true,
                "on" => false,
                _ => return None,
            },
        };
        parts.next().is_none().then_some(position)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run_id, status, history_length, state, is_end } = self;
        let end = if *is_end { "end" } else { "on" };
        write!(f, "{run_id}.{status}.{history_length}.{state:x}.{end}")
    }
}

/// Returns a number that differs for different texts, and is never 0.
pub(super) fn digest(text: &str) -> u64 {
    // Its keys are fixed, so that another process of the service has the same numbers.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn an_id_is_read_as_it_was_written_and_anything_else_is_no_position() {
        let position = Position {
            run_id: "01995d0c-7d1c-7b5f-8a5e-5f3a9c0f7f11".to_owned(),
            status: "running".to_owned(),
            history_length: 12,
            state: 0xab,
            is_end: false,
        };
        assert_eq!(Position::parse(&position.to_string()), Some(position));
        for text in ["", "7", "a.b.c.d.e", "r.running.1.zz.on", "r.running.1.a.off", "r.s.1.a.on.x"]
        {
            assert_eq!(Position::parse(text), None, "{text}");
        }
    }
}
