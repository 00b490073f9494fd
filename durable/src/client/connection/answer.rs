//! The answer of something that is not a Temporal server, such as a proxy in front of it.

use std::fmt;

use http_body_util::{BodyExt as _, Collected, Limited};
use hyper::body::Body;
use hyper::{Response, StatusCode};

/// The most bytes of a body that are read.
pub(super) const LIMIT: usize = 16 * 1024;

/// The most characters of a body that are shown.
const SHOWN: usize = 300;

/// An HTTP answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    text: String,
}

impl Answer {
    /// Reads the answer to a request.
    pub(super) async fn read<B>(response: Response<B>) -> Self
    where
        B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let status = response.status();
        let body = Limited::new(response.into_body(), LIMIT).collect().await;
        let bytes = body.map(Collected::to_bytes).unwrap_or_default();
        Self { status, text: plain(&String::from_utf8_lossy(&bytes)) }
    }

    /// Parses an answer of HTTP/1.
    pub(super) fn parse(answer: &[u8]) -> Option<Self> {
        let answer = String::from_utf8_lossy(answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.strip_prefix("HTTP/")?.split_ascii_whitespace().nth(1)?;
        Some(Self { status: status.parse().ok()?, text: plain(body) })
    }

    /// Returns whether waiting does not help.
    pub(super) fn is_final(&self) -> bool {
        let is_temporary = matches!(
            self.status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        );
        !self.status.is_server_error() && !is_temporary
    }
}

/// Returns the words of a page in one line, without tags and control characters.
fn plain(page: &str) -> String {
    let mut is_tag = false;
    let visible = page.chars().map(|char| {
        let was_tag = is_tag;
        is_tag = match char {
            '<' => true,
            '>' => false,
            _ => is_tag,
        };
        let is_hidden = is_tag || was_tag || char.is_control();
        if is_hidden { ' ' } else { char }
    });
    let visible: String = visible.collect();
    let words: Vec<_> = visible.split_whitespace().collect();
    words.join(" ").chars().take(SHOWN).collect()
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        if self.text.is_empty() { Ok(()) } else { write!(f, ": {}", self.text) }
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn shows_the_words_of_a_page_in_one_line() {
        for (answer, shown) in [
            ("HTTP/1.1 400 Bad Request\r\n\r\nno \x1b[31mcertificate\r\n", "no [31mcertificate"),
            (
                "HTTP/1.1 400 Bad Request\r\nserver: x\r\n\r\n<html><b>No</b><p>entry</html>",
                "No entry",
            ),
        ] {
            let answer = Answer::parse(answer.as_bytes()).expect("it is HTTP");
            assert_eq!(answer.to_string(), format!("HTTP 400 Bad Request: {shown}"));
        }
        let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(9999));
        assert!(Answer::parse(long.as_bytes()).expect("it is HTTP").to_string().len() < 400);
        let bare = Answer::parse(b"HTTP/1.0 502 Bad Gateway").expect("it is HTTP");
        assert_eq!(bare.to_string(), "HTTP 502 Bad Gateway");
        for other in ["", "HTTP/1.1", "HTTP/1.1 x", "SSH-2.0-x", "HTTP/1.1 99999 x"] {
            assert!(Answer::parse(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn waiting_helps_against_an_overload_and_not_against_a_refusal() {
        for (status, is_final) in [
            (200, true),
            (301, true),
            (400, true),
            (403, true),
            (404, true),
            (407, true),
            (408, false),
            (429, false),
            (500, false),
            (502, false),
            (503, false),
        ] {
            let answer = Answer::parse(format!("HTTP/1.1 {status} x").as_bytes());
            assert_eq!(answer.expect("it is HTTP").is_final(), is_final, "{status}");
        }
    }
}
