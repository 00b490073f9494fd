//! Recognizes secrets in texts that are not secret as a whole, so that no message or `Debug` shows them.

use std::ffi::OsStr;
use std::path::Path;

/// Masks the user and password of every URL and address in a text: `http://***@proxy:3128`.
pub(crate) fn without_credentials(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for word in text.split_inclusive(|char: char| char.is_whitespace() || "`'\"".contains(char)) {
        let address = word.find("://").map_or(0, |scheme| scheme + "://".len());
        match word.rfind('@') {
            // An address without a scheme has a password only if there is a colon. Others are mails.
            Some(at) if at >= address && (address > 0 || word[..at].contains(':')) => {
                masked += &word[..address];
                masked += MASK;
                masked += &word[at..];
            }
            _ => masked += word,
        }
    }
    masked
}

/// The replacement of a secret.
pub(crate) const MASK: &str = "***";

/// Returns `true` for a key, token or certificate, also without its PEM header, where a path is expected.
pub(crate) fn is_key(text: &str) -> bool {
    /// The longest name of a file.
    const LONGEST_NAME: usize = 255;
    /// An Ed25519 key, the shortest, has 64 characters.
    const SHORTEST_KEY: usize = 40;
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    text.contains(['\n', '\r'])
        || text.contains("-----BEGIN")
        || text.split(['/', '\\']).any(|name| name.len() > LONGEST_NAME)
        // A JSON web token, as API keys are.
        || (text.len() >= SHORTEST_KEY && text.starts_with("eyJ") && !text.contains(['/', '\\']))
        // The encoding of every key begins with a sequence (0x30), whose Base64 begins with `M`.
        || (text.len() >= SHORTEST_KEY && text.starts_with('M') && text.bytes().all(is_base64))
}

/// Returns `true` for a path that is a key, or ends with one because a folder was put before it.
pub(crate) fn is_key_path(path: &Path) -> bool {
    let is_key = |text: &OsStr| text.to_str().is_some_and(is_key);
    is_key(path.as_os_str()) || path.file_name().is_some_and(is_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked() {
        for (text, masked) in [
            ("http://user:pass@proxy:3128", "http://***@proxy:3128"),
            ("HTTPS://token@proxy", "HTTPS://***@proxy"),
            ("user:pass@proxy:3128", "***@proxy:3128"),
            ("http://user:p@ss/word@proxy", "http://***@proxy"),
            ("invalid address `http://a:b@c`: no", "invalid address `http://***@c`: no"),
            ("mail me@example.com", "mail me@example.com"),
            ("http://proxy:3128 localhost:7233", "http://proxy:3128 localhost:7233"),
            ("é http://é:é@é\nx", "é http://***@é\nx"),
        ] {
            assert_eq!(without_credentials(text), masked);
        }
    }

    #[test]
    fn keys_are_told_from_paths() {
        let ed25519 = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmF0dXJl";
        for key in [ed25519, token, "a\nb", "-----BEGIN PRIVATE KEY-----", &"x".repeat(256)] {
            assert!(is_key(key), "{key}");
        }
        for path in
            ["client.key", "/run/secrets/temporal/production/frontend/client/tls", "Makefile"]
        {
            assert!(!is_key(path), "{path}");
        }
    }
}
