//! Task tokens of activities that another process completes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The task token of an attempt of an activity, with which another process completes it.
///
/// `Display`, `FromStr` and Serde represent it as a string of hexadecimal digits, which can be stored or
/// sent. Only the server interprets its contents.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TaskToken(Vec<u8>);

impl TaskToken {
    /// Creates a token from the server's bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the server's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hides the token: whoever knows it can complete the activity.
impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskToken(..)")
    }
}

impl From<TaskToken> for String {
    fn from(token: TaskToken) -> Self {
        token.to_string()
    }
}

impl TryFrom<String> for TaskToken {
    type Error = InvalidTaskToken;

    fn try_from(text: String) -> Result<Self, InvalidTaskToken> {
        text.parse()
    }
}

impl FromStr for TaskToken {
    type Err = InvalidTaskToken;

    fn from_str(text: &str) -> Result<Self, InvalidTaskToken> {
        let digits = text.as_bytes().chunks_exact(2);
        if text.is_empty() || !digits.remainder().is_empty() {
            return Err(InvalidTaskToken(()));
        }
        let bytes = digits.map(|pair| {
            let digit = |place: usize| char::from(pair[place]).to_digit(16);
            u8::try_from(digit(0)? * 16 + digit(1)?).ok()
        });
        bytes.collect::<Option<_>>().map(Self).ok_or(InvalidTaskToken(()))
    }
}

/// The error of a text that is not a [`TaskToken`].
#[derive(Debug, thiserror::Error)]
#[error("not a task token; expected hexadecimal digits, two for each byte")]
pub struct InvalidTaskToken(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text() {
        let token = TaskToken::new([0, 1, 0xab, 0xff]);
        assert_eq!(token.to_string(), "0001abff");
        assert_eq!("0001ABff".parse::<TaskToken>().unwrap(), token);
        let json = serde_json::to_string(&token).unwrap();
        assert_eq!(json, "\"0001abff\"");
        assert_eq!(serde_json::from_str::<TaskToken>(&json).unwrap(), token);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "0", "zz", "0 ", "+1", "\u{e9}"] {
            assert!(text.parse::<TaskToken>().is_err(), "{text:?}");
        }
    }
}
