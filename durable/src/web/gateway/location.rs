//! Parts of paths, encoded.

use std::fmt::Write as _;

/// Encodes a text as one part of a path.
pub(super) fn encoded(text: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn encodes_everything_that_has_a_meaning_in_a_path() {
        assert_eq!(encoded("order-7_a.b~c"), "order-7_a.b~c");
        assert_eq!(encoded("a/b?c#d%e f{g}"), "a%2Fb%3Fc%23d%25e%20f%7Bg%7D");
        assert_eq!(encoded("ü"), "%C3%BC");
    }
}
