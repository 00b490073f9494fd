//! Keeps failures within the server's size limit.
//!
//! Server 1.32.0 refuses a failure of more than 2 MiB by default. SDK 1.1.1 then repeats the workflow
//! task forever, never answers the caller of an update, and reports an activity's error as a timeout.
//! So texts, details and causes that are too long are cut, with a note. The type name, the retryability
//! and the next delay of an error are always kept.

use std::fmt::Write as _;

use temporalio_common::data_converters::{
    CommonAttributes, GenericPayloadConverter as _, PayloadConverter, SerializationContext,
    SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

use super::payload_limit::PayloadLimit;

/// The longest message, stack trace or type name, in bytes. It is less if the server accepts little.
const TEXT: usize = 16 * 1024;

/// The limit of the texts of all links together, in bytes. It is less if the server accepts little. Each
/// text keeps a [`LINE`] beyond it.
const TEXTS: usize = 128 * 1024;

/// The length that each text keeps, in bytes.
const LINE: usize = 512;

/// The space kept free for the notes, in bytes, so that a failure that is sent on is not cut again.
const NOTES: usize = 128;

/// The numbers of links kept at the beginning and at the end of a chain. Protobuf allows 100 levels of
/// nesting, and failures of activities and parents nest a failure further.
const FIRST: usize = 20;
const LAST: usize = 4;

/// Cuts everything in a failure that is too long.
pub(super) fn bound(
    failure: Failure,
    converter: &PayloadConverter,
    context: &SerializationContextData,
    limit: &PayloadLimit,
) -> Failure {
    let mut remaining = Remaining::new(limit);
    let mut links = shortened(links(failure));
    for link in &mut links {
        remaining.bound(link, &SerializationContext::new(context, converter));
    }
    chain(links)
}

/// Splits a chain into its links, from the outermost to the root.
fn links(failure: Failure) -> Vec<Failure> {
    let mut links = Vec::new();
    let mut next = Some(Box::new(failure));
    while let Some(mut link) = next {
        next = link.cause.take();
        links.push(*link);
    }
    links
}

/// Joins links to a chain.
fn chain(links: Vec<Failure>) -> Failure {
    let chained = links.into_iter().rev().fold(None, |cause: Option<Box<Failure>>, mut link| {
        link.cause = cause;
        Some(Box::new(link))
    });
    chained.map(|failure| *failure).unwrap_or_default()
}

/// Replaces the middle of a chain that is too long with a note.
fn shortened(mut links: Vec<Failure>) -> Vec<Failure> {
    let Some(cut) = links.len().checked_sub(FIRST + LAST).filter(|cut| *cut > 0) else {
        return links;
    };
    let source = links.first().map(|link| link.source.clone()).unwrap_or_default();
    let note = Failure { message: format!("... ({cut} causes cut)"), source, ..Failure::default() };
    links.splice(FIRST..FIRST + cut, [note]);
    links
}

/// The unused rest of the limits, in bytes.
struct Remaining {
    /// The limit of one text.
    text: usize,
    texts: usize,
    details: usize,
}

impl Remaining {
    fn new(limit: &PayloadLimit) -> Self {
        let text = TEXT.min(limit.value() / 16).max(LINE);
        Self { text, texts: TEXTS.min(limit.value() / 4), details: limit.details() }
    }

    fn bound(&mut self, link: &mut Failure, context: &SerializationContext<'_>) {
        self.text(&mut link.message);
        self.text(&mut link.stack_trace);
        self.encoded(link, context);
        let dropped = match &mut link.failure_info {
            Some(FailureInfo::ApplicationFailureInfo(info)) => {
                self.text(&mut info.r#type);
                self.details(&mut info.details)
            }
            Some(FailureInfo::CanceledFailureInfo(info)) => self.details(&mut info.details),
            Some(FailureInfo::TimeoutFailureInfo(info)) => {
                self.details(&mut info.last_heartbeat_details)
            }
            Some(FailureInfo::ResetWorkflowFailureInfo(info)) => {
                self.details(&mut info.last_heartbeat_details)
            }
            _ => 0,
        };
        if dropped > 0 {
            let _ = write!(link.message, " (details of {dropped} bytes cut)");
        }
    }

    /// Truncates a text that is too long.
    fn text(&mut self, text: &mut String) {
        let limit = self.text.min(self.texts.max(LINE));
        if text.len() > limit {
            let end = (0..=limit - NOTES)
                .rev()
                .find(|end| text.is_char_boundary(*end))
                .unwrap_or_default();
            let cut = text.len() - end;
            text.truncate(end);
            let _ = write!(text, "... ({cut} bytes cut)");
        }
        self.texts = self.texts.saturating_sub(text.len());
    }

    /// Truncates the message and the stack trace that a failure converter has encoded in a payload.
    fn encoded(&mut self, link: &mut Failure, context: &SerializationContext<'_>) {
        let Some(payload) = &mut link.encoded_attributes else { return };
        if payload.data.len() <= LINE {
            return;
        }
        let read = context.converter.from_payload::<CommonAttributes>(context, payload.clone());
        let Ok(mut attributes) = read else { return };
        self.text(&mut attributes.message);
        self.text(&mut attributes.stack_trace);
        if let Ok(bounded) = context.converter.to_payload(context, &attributes) {
            *payload = bounded;
        }
    }

    /// Removes details that are too large, and returns the number of removed bytes.
    fn details(&mut self, details: &mut Option<Payloads>) -> usize {
        let size = details.as_ref().map(prost::Message::encoded_len).unwrap_or_default();
        if size <= self.details {
            self.details -= size;
            return 0;
        }
        *details = None;
        size
    }
}

#[cfg(test)]
mod tests {
    use temporalio_common::protos::temporal::api::common::v1::Payload;
    use temporalio_common::protos::temporal::api::failure::v1::ApplicationFailureInfo;

    use super::*;

    fn bounded(failure: Failure) -> Failure {
        let limit = PayloadLimit::default();
        bound(failure, &PayloadConverter::default(), &SerializationContextData::None, &limit)
    }

    fn application(message: &str, details: usize) -> Failure {
        let payload = Payload { data: vec![0; details], ..Payload::default() };
        let info = ApplicationFailureInfo {
            r#type: "Declined".to_owned(),
            non_retryable: true,
            details: Some(Payloads { payloads: vec![payload] }),
            ..ApplicationFailureInfo::default()
        };
        Failure {
            message: message.to_owned(),
            failure_info: Some(FailureInfo::ApplicationFailureInfo(info)),
            ..Failure::default()
        }
    }

    #[test]
    fn leaves_a_small_failure_as_it_is() {
        let failure = Failure {
            cause: Some(Box::new(application("the card was declined", 1000))),
            ..application("no payment", 10)
        };
        assert_eq!(bounded(failure.clone()), failure);
    }

    #[test]
    fn cuts_a_message_between_characters() {
        let failure = bounded(application(&"é".repeat(2 << 20), 10));
        assert!(failure.message.ends_with("é... (4178048 bytes cut)"), "{}", failure.message);
        let odd = bounded(application(&format!("x{}", "é".repeat(TEXT)), 10));
        assert!(odd.message.contains("é... ("), "{}", odd.message);
    }

    #[test]
    fn drops_large_details_and_keeps_the_type() {
        let failure = bounded(application("declined", 1 << 20));
        assert!(failure.message.starts_with("declined (details of "), "{}", failure.message);
        let Some(FailureInfo::ApplicationFailureInfo(info)) = failure.failure_info else {
            panic!("it stays an application failure")
        };
        assert_eq!((info.r#type.as_str(), info.non_retryable), ("Declined", true));
        assert_eq!(info.details, None);
    }

    #[test]
    fn cuts_only_once() {
        let failure = bounded(application(&"x".repeat(3 << 20), 3 << 20));
        assert!(failure.message.contains(" bytes cut) (details of "), "{}", failure.message);
        assert_eq!(bounded(failure.clone()), failure);
        let wrapped = Failure { cause: Some(Box::new(failure.clone())), ..Failure::default() };
        assert_eq!(bounded(wrapped).cause.as_deref(), Some(&failure));
    }

    #[test]
    fn keeps_the_beginning_and_the_root_of_a_long_chain() {
        let links = (0..1000).map(|index| application(&format!("{index}"), 1)).collect();
        let failure = bounded(chain(links));
        let messages: Vec<_> = links_of(&failure).map(|link| link.message.as_str()).collect();
        assert_eq!(messages.len(), FIRST + LAST + 1);
        assert_eq!(messages[FIRST], "... (976 causes cut)");
        assert_eq!(messages.last(), Some(&"999"));
    }

    #[test]
    fn fits_server_with_little_limit() {
        let links = (0..30).map(|_| application(&"x".repeat(1 << 20), 100_000)).collect();
        let told = PayloadLimit::new(64 << 10);
        let (converter, context) = (PayloadConverter::default(), SerializationContextData::None);
        let size = prost::Message::encoded_len(&bound(chain(links), &converter, &context, &told));
        assert!(size < 60 << 10, "{size}");
    }

    #[test]
    fn bounds_many_large_links_together() {
        let links = (0..20).map(|_| application(&"x".repeat(1 << 20), 100_000)).collect();
        let size = prost::Message::encoded_len(&bounded(chain(links)));
        assert!(size < 3 << 19, "{size}");
    }

    #[test]
    fn cuts_texts_that_a_failure_converter_has_encoded() {
        let attributes = r#"{"message":"MESSAGE","stack_trace":""}"#;
        let payload = Payload {
            metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
            data: attributes.replace("MESSAGE", &"x".repeat(3 << 20)).into_bytes(),
            ..Payload::default()
        };
        let failure =
            bounded(Failure { encoded_attributes: Some(payload), ..application("Encoded", 1) });
        let encoded = failure.encoded_attributes.unwrap().data;
        assert!(String::from_utf8(encoded).unwrap().contains("x... (3129472 bytes cut)"));
    }

    fn links_of(failure: &Failure) -> impl Iterator<Item = &Failure> {
        std::iter::successors(Some(failure), |link| link.cause.as_deref())
    }
}
