//! Keeps a failure within what the server takes, where it is made.
//!
//! Server 1.32.0 refuses a failure of more than 2 MiB, as it is configured by default. SDK 1.1.1 then
//! repeats a workflow's task for ever, leaves the caller of an update without an answer, and loses an
//! activity's error in a timeout. So texts, details and causes that are too long are cut, and say so.
//! An error's type, whether it is retried and its next delay are always kept.

use temporalio_common::data_converters::{
    CommonAttributes, GenericPayloadConverter as _, PayloadConverter, SerializationContext,
    SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

/// The longest message, stack trace or type name, in bytes.
const TEXT: usize = 16 * 1024;

/// The texts of all links together, in bytes. Each link keeps a line beyond it.
const TEXTS: usize = 128 * 1024;

/// A line that each text keeps.
const LINE: usize = 512;

/// What is kept free for the words that say so, so that a failure is not cut again on its next way.
const NOTES: usize = 128;

/// The details of all links together, in bytes.
const DETAILS: usize = 1024 * 1024;

/// The links that are kept at the beginning of a chain and at its end. A message in protobuf may be
/// nested 100 times, and a failure is nested again in those of activities and parents.
const FIRST: usize = 20;
const LAST: usize = 4;

/// The failure, with all that is too long cut.
pub(super) fn bound(
    failure: Failure,
    converter: &PayloadConverter,
    context: &SerializationContextData,
) -> Failure {
    let mut left = Left { texts: TEXTS, details: DETAILS };
    let mut links = shortened(links(failure));
    for link in &mut links {
        left.bound(link, &SerializationContext::new(context, converter));
    }
    chain(links)
}

/// Takes a chain apart, from the outermost link to the root.
fn links(failure: Failure) -> Vec<Failure> {
    let mut links = Vec::new();
    let mut next = Some(Box::new(failure));
    while let Some(mut link) = next {
        next = link.cause.take();
        links.push(*link);
    }
    links
}

/// Puts a chain together again.
fn chain(links: Vec<Failure>) -> Failure {
    let chained = links.into_iter().rev().fold(None, |cause: Option<Box<Failure>>, mut link| {
        link.cause = cause;
        Some(Box::new(link))
    });
    chained.map(|failure| *failure).unwrap_or_default()
}

/// Cuts out the middle of a chain that is too long.
fn shortened(mut links: Vec<Failure>) -> Vec<Failure> {
    let Some(cut) = links.len().checked_sub(FIRST + LAST).filter(|cut| *cut > 0) else {
        return links;
    };
    let source = links.first().map(|link| link.source.clone()).unwrap_or_default();
    let note = Failure { message: format!("... ({cut} causes cut)"), source, ..Failure::default() };
    links.splice(FIRST..FIRST + cut, [note]);
    links
}

/// What may still be used of the limits.
struct Left {
    texts: usize,
    details: usize,
}

impl Left {
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
            link.message.push_str(&format!(" (details of {dropped} bytes cut)"));
        }
    }

    /// Cuts a text that is too long.
    fn text(&mut self, text: &mut String) {
        let limit = TEXT.min(self.texts.max(LINE));
        if text.len() > limit {
            let end = (0..=limit - NOTES)
                .rev()
                .find(|end| text.is_char_boundary(*end))
                .unwrap_or_default();
            let cut = text.len() - end;
            text.truncate(end);
            text.push_str(&format!("... ({cut} bytes cut)"));
        }
        self.texts = self.texts.saturating_sub(text.len());
    }

    /// Cuts the message and the stack trace that a failure converter has hidden in a payload.
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

    /// Drops details that are too large, and tells how many bytes they had.
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
        bound(failure, &PayloadConverter::default(), &SerializationContextData::None)
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
        let failure = bounded(application("declined", DETAILS));
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
    fn bounds_many_large_links_together() {
        let links = (0..20).map(|_| application(&"x".repeat(1 << 20), 100_000)).collect();
        let size = prost::Message::encoded_len(&bounded(chain(links)));
        assert!(size < 3 << 19, "{size}");
    }

    #[test]
    fn cuts_what_a_failure_converter_has_hidden() {
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
