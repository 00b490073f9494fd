//! Leaves values out of failures that the SDK's conversion errors caused.
//!
//! User code gets such an error from the SDK, for example from `ctx.memo().get(..)` or
//! `ctx.heartbeat_details()`, and returns it with `?`. Its message, and those of the errors around it,
//! contain the message of `serde`, with the value.

use std::error::Error as StdError;

use temporalio_common::data_converters::PayloadConversionError;
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::search_attributes::SearchAttributeError;

use super::call::ValueError;
use crate::definition::arguments::conversion::message;
use crate::definition::caught;

/// The messages of the conversion errors in a chain, each with its replacement.
pub(super) struct Conversions(Vec<(String, String)>);

impl Conversions {
    /// Returns those whose messages may contain a value.
    pub(super) fn of<'a>(chain: impl Iterator<Item = &'a (dyn StdError + 'static)>) -> Self {
        Self(chain.filter_map(replacement).collect())
    }

    /// Replaces the messages in a text.
    pub(super) fn hide_in_text(&self, mut text: String) -> String {
        for (said, hidden) in &self.0 {
            text = text.replace(said, hidden);
        }
        text
    }

    /// Replaces the messages in a failure and its causes.
    pub(super) fn hide_in(&self, failure: &mut Failure) {
        let mut next = Some(failure).filter(|_| !self.0.is_empty());
        while let Some(link) = next {
            for (said, hidden) in &self.0 {
                link.message = link.message.replace(said, hidden);
            }
            next = link.cause.as_deref_mut();
        }
    }
}

/// Returns the message of an error's source and the one without the value, if they differ.
fn replacement(error: &(dyn StdError + 'static)) -> Option<(String, String)> {
    let (said, hidden) = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(PayloadConversionError::EncodingError(source)), _)
            if !ValueError::is(source.as_ref()) =>
        {
            let otherwise = "its type or the data converter returned an error";
            let hidden = caught(|| message(source.as_ref(), otherwise).to_string());
            (caught(|| source.to_string()).ok()?, hidden.ok()?)
        }
        (_, Some(SearchAttributeError::InvalidTimestamp(said))) => {
            (said.clone(), "the value is not a time".to_owned())
        }
        _ => return None,
    };
    (!said.is_empty() && said != hidden).then_some((said, hidden))
}

#[cfg(test)]
mod tests {
    use super::super::report::links;
    use super::*;

    fn hidden(error: &anyhow::Error) -> String {
        let texts = error.chain().map(ToString::to_string).collect::<Vec<_>>();
        let failures =
            texts.into_iter().rev().fold(None, |cause: Option<Box<Failure>>, message| {
                Some(Box::new(Failure { message, cause, ..Failure::default() }))
            });
        let mut failure = *failures.expect("an error has a message");
        let source: &(dyn StdError + Send + Sync) = error.as_ref();
        Conversions::of(links(source)).hide_in(&mut failure);
        let chain = std::iter::successors(Some(&failure), |link| link.cause.as_deref());
        chain.map(|link| link.message.as_str()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn messages_of_conversions_have_no_value() {
        let serde = |json: &str| serde_json::from_str::<u64>(json).expect_err("no number");
        let encoding = |text: &str| PayloadConversionError::EncodingError(text.into());
        for (error, expected) in [
            (
                anyhow::Error::new(PayloadConversionError::EncodingError(serde("\"4111\"").into())),
                "invalid type: a string of 4 characters, expected u64",
            ),
            (encoding("card 4111").into(), "its type or the data converter returned an error"),
            (
                SearchAttributeError::from(encoding("`4111` is no date")).into(),
                "its type or the data converter returned an error",
            ),
            (SearchAttributeError::InvalidTimestamp("4111".into()).into(), "is not a time"),
        ] {
            let shown = hidden(&error.context("no card"));
            assert!(shown.starts_with("no card\n"), "{shown}");
            assert!(shown.contains(expected) && !shown.contains("4111"), "{shown}");
        }
        let other = anyhow::anyhow!("order 4111 failed").context("no card");
        assert_eq!(hidden(&other), "no card\norder 4111 failed");
    }
}
