//! Converts a program's own error to an application failure.

use std::error::Error as StdError;

use serde::Serialize;
use temporalio_common::data_converters::{
    DecodablePayloads, PayloadConverter, SerializationContextData,
};
use temporalio_common::error::{ApplicationFailure, FailurePayloads};
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use temporalio_common::protos::temporal::api::failure::v1::ApplicationFailureInfo;

use super::classification::Classification;

/// The metadata key of the Rust type's name in a payload of details, because several errors of a program
/// may use the same type name, such as `NotFound`.
pub(super) const ERROR_TYPE: &str = "application-error";

/// The classification and the values of an error.
pub(super) struct Described {
    classification: Classification,
    /// `None` if the values cannot be serialized. The failure then has its type and message.
    details: Option<Payload>,
}

impl Described {
    /// Describes an error with its values.
    pub(super) fn new<E: Serialize>(
        classification: Classification,
        name: &'static str,
        error: &E,
    ) -> Self {
        // JSON for every data converter, because `downcast` reads it without one. The codec is
        // applied to it, as to all payloads.
        let details = serde_json::to_vec(error).map(|data| Payload {
            metadata: [
                ("encoding".to_owned(), b"json/plain".to_vec()),
                (ERROR_TYPE.to_owned(), name.as_bytes().to_vec()),
            ]
            .into(),
            data,
            ..Payload::default()
        });
        Self { classification, details: details.ok() }
    }

    /// Creates the failure of an error, which provides the message and the causes.
    pub(super) fn failure(self, error: Box<dyn StdError + Send + Sync>) -> ApplicationFailure {
        let Classification { type_name, non_retryable, next_retry_delay, category } =
            self.classification;
        // Payloads and not a value, because they can also be read in a process that does not send the
        // failure.
        let details = self.details.map(|payload| {
            FailurePayloads::from(DecodablePayloads::new(
                vec![payload],
                PayloadConverter::default(),
                SerializationContextData::None,
            ))
        });
        ApplicationFailure::builder(error)
            .type_name(type_name.to_owned())
            .non_retryable(non_retryable)
            .maybe_next_retry_delay(next_retry_delay)
            .category(category)
            .maybe_details(details)
            .build()
    }

    /// Creates the part of an existing failure that describes the error.
    pub(super) fn info(self) -> ApplicationFailureInfo {
        let Classification { type_name, non_retryable, next_retry_delay, category } =
            self.classification;
        let mut info = ApplicationFailureInfo {
            r#type: type_name.to_owned(),
            non_retryable,
            details: self.details.map(|payload| Payloads { payloads: vec![payload] }),
            next_retry_delay: next_retry_delay.and_then(|delay| delay.try_into().ok()),
            ..ApplicationFailureInfo::default()
        };
        info.set_category(category.into());
        info
    }
}
