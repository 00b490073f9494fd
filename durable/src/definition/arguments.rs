//! Decodes inputs, with precise errors for those that are invalid.
//!
//! The rules are the same for workflows, activities, signals, queries and updates. Each input is one
//! payload. More payloads than inputs are an error. Trailing inputs of an optional type may be missing,
//! because older callers do not send an input that was added later.
//!
//! Workers register [`Decoded`] as the input type. Decoding it never fails, so that this crate and not
//! the SDK rejects an invalid input: SDK 1.1.1 retries the workflow task forever.

pub(crate) mod answer;
pub(crate) mod conversion;
pub(crate) mod encoding;
mod error;
mod key;
mod message;
pub(crate) mod output;
pub(crate) mod panicked;
mod path;
#[cfg(test)]
mod properties;
mod reader;
mod received;
mod refusal;
mod report;
mod text;
mod trace;
pub(crate) mod undecoded;

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{Payload, caught, exact, quarantine, user_code};

pub(crate) use error::DecodeError;
use panicked::serializing;
use received::missing;
pub(super) use received::{ReceivedPayloads, may_be_missing};
pub(crate) use text::Values;
pub use text::show_values;
use trace::Probe;

/// A decoded input, or the error of its decoding.
#[derive(Debug)]
pub struct Decoded<T>(pub(crate) Result<T, DecodeError>);

impl<T: Payload> TemporalDeserializable for Decoded<T> {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Self::from_payloads(context, vec![payload])
    }

    fn from_payloads(
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
    ) -> Result<Self, PayloadConversionError> {
        let Some(code) = user_code::take_starting() else {
            return Ok(Self(decode(context, payloads)));
        };
        if let Some(reason) = code.run.as_ref().and_then(|run| quarantine::reason(&run.run_id)) {
            // The adapter of the workflow fails the task.
            return Ok(Self(Err(DecodeError::panicked(payloads.len(), &reason))));
        }
        let _entered = user_code::enter(code);
        Ok(Self(decode(context, payloads)))
    }
}

impl<T: Payload> TemporalSerializable for Decoded<T> {
    /// Returns the input for a converter of the program: that of a continued run.
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        match &self.0 {
            Ok(value) => value.as_serde(),
            Err(error) => Err(PayloadConversionError::EncodingError(error.clone().into())),
        }
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<RawPayload>, PayloadConversionError> {
        match &self.0 {
            Ok(value) => serializing(|| context.converter.to_payloads(context, value)),
            Err(error) => Err(PayloadConversionError::EncodingError(error.clone().into())),
        }
    }
}

/// Decodes the payloads of one call.
pub(crate) fn decode<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
    payloads: Vec<RawPayload>,
) -> Result<T, DecodeError> {
    let received = payloads.len();
    // SDK 1.1.1 decodes outside of its own guards, where a panic of the user's `Deserialize` ends the
    // worker.
    caught(|| decode_or_explain(context, payloads))
        .unwrap_or_else(|message| Err(DecodeError::panicked(received, &message)))
}

fn decode_or_explain<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
    payloads: Vec<RawPayload>,
) -> Result<T, DecodeError> {
    let error = match context.converter.from_payloads(context, payloads.clone()) {
        Ok(inputs) => return Ok(inputs),
        Err(error) => error,
    };
    if let Some(inputs) = exact::decode(context, payloads.clone()) {
        return Ok(inputs);
    }
    // A single input may be missing too. `Inputs` checks this itself for several.
    if payloads.is_empty()
        && let Ok(input) = missing(context)
    {
        return Ok(input);
    }
    Err(DecodeError::explain(&Probe::of::<T>(), context, payloads, error))
}

#[cfg(test)]
mod hidden;

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use temporalio_common::data_converters::{PayloadConverter, SerializationContextData};

    use super::super::{Inputs, Parameter};
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Item {
        price: f64,
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Order {
        id: String,
        items: Vec<Item>,
    }

    const ORDER: &[Parameter] = &[Parameter::new("order", "Order")];
    const CHARGE: &[Parameter] =
        &[Parameter::new("order_id", "String"), Parameter::new("amount", "f64")];

    fn json(data: &str) -> RawPayload {
        RawPayload {
            metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
            data: data.as_bytes().to_vec(),
            ..RawPayload::default()
        }
    }

    fn decoded<T: Payload>(payloads: Vec<RawPayload>) -> Result<T, DecodeError> {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        let decoded: Decoded<T> = converter.from_payloads(&context, payloads).unwrap();
        decoded.0
    }

    fn refused<T: Payload + std::fmt::Debug>(
        payloads: Vec<RawPayload>,
        parameters: &[Parameter],
    ) -> String {
        decoded::<T>(payloads).unwrap_err().describe(parameters)
    }

    #[test]
    fn a_wrong_type_is_named_with_its_path() {
        assert_eq!(
            refused::<Order>(vec![json(r#"{"id":"1","items":[{"price":"free"}]}"#)], ORDER),
            "input `order: Order`, at `items[0].price`: \
             invalid type: a string of 4 characters, expected f64"
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(
            refused::<Order>(vec![json(r#"{"items":[]}"#)], ORDER),
            "input `order: Order`: missing field `id`"
        );
    }

    #[test]
    fn the_input_of_several_is_named() {
        assert_eq!(
            refused::<Inputs<(String, f64)>>(vec![json("\"7\""), json("\"ten\"")], CHARGE),
            "input `amount: f64`: invalid type: a string of 3 characters, expected f64"
        );
    }

    #[test]
    fn a_wrong_number_of_inputs_is_counted() {
        type Charge = Inputs<(String, f64)>;
        let text = json("\"7\"");
        let expected = "expected 2 inputs (order_id: String, amount: f64), got ";
        assert_eq!(refused::<Charge>(vec![], CHARGE), format!("{expected}none"));
        assert_eq!(refused::<Charge>(vec![text.clone()], CHARGE), format!("{expected}1"));
        let three = vec![text.clone(), json("1"), json("1")];
        assert_eq!(refused::<Charge>(three, CHARGE), format!("{expected}3"));
        let expected = "expected 1 input (order: Order), got ";
        assert_eq!(refused::<Order>(vec![], ORDER), format!("{expected}none"));
        let two = vec![text.clone(), text.clone()];
        assert_eq!(refused::<Order>(two, ORDER), format!("{expected}2"));
        assert_eq!(refused::<()>(vec![text], &[]), "expected no input, got 1");
    }

    #[test]
    fn trailing_optional_inputs_may_be_left_out() {
        type Note = Option<String>;
        assert_eq!(decoded::<Note>(vec![]), Ok(None));
        let note = decoded::<Inputs<(u32, Note, Option<Vec<u8>>)>>(vec![json("7")]);
        assert_eq!(note, Ok(Inputs((7, None, None))));
        let note = decoded::<Inputs<(u32, Note)>>(vec![json("7"), json("\"a\"")]);
        assert_eq!(note, Ok(Inputs((7, Some("a".to_owned())))));
        assert_eq!(decoded::<Inputs<(Note, Note)>>(vec![]), Ok(Inputs((None, None))));
    }

    #[test]
    fn inputs_that_are_not_optional_may_not_be_left_out() {
        const NOTE: &[Parameter] =
            &[Parameter::new("id", "u32"), Parameter::new("note", "Option<String>")];
        type Note = Inputs<(u32, Option<String>)>;
        let expected = "expected 1 to 2 inputs (id: u32, note: Option<String>), got ";
        assert_eq!(refused::<Note>(vec![], NOTE), format!("{expected}none"));
        assert_eq!(refused::<Note>(vec![json("1"); 3], NOTE), format!("{expected}3"));
        assert_eq!(
            refused::<Option<String>>(vec![json("\"a\""); 2], &NOTE[1..]),
            "expected at most 1 input (note: Option<String>), got 2"
        );
        let first = refused::<Inputs<(Option<String>, u32)>>(vec![json("\"a\"")], NOTE);
        assert!(first.starts_with("expected 2 inputs"), "{first}");
        assert!(decoded::<serde_json::Value>(vec![]).is_err());
    }

    #[test]
    fn the_wrong_input_is_named_behind_one_that_is_bytes() {
        let mut bytes = json("ab");
        bytes.metadata.insert("encoding".to_owned(), b"binary/plain".to_vec());
        assert_eq!(
            refused::<Inputs<(Vec<u8>, f64)>>(vec![bytes, json("\"ten\"")], CHARGE),
            "input `amount: f64`: invalid type: a string of 3 characters, expected f64"
        );
    }

    #[test]
    fn a_foreign_encoding_is_named() {
        let mut payload = json("{}");
        payload.metadata.insert("encoding".to_owned(), b"binary/encrypted".to_vec());
        let both = refused::<Inputs<(String, f64)>>(vec![payload.clone()], CHARGE);
        assert!(both.starts_with("input `order_id: String` has the encoding"), "{both}");
        assert_eq!(
            refused::<Order>(vec![payload], ORDER),
            "input `order: Order` has the encoding `binary/encrypted`, which is unknown to this worker; \
             set the data converter with the codec for it on the worker's client"
        );
    }

    #[test]
    fn malformed_json_is_reported() {
        let text = refused::<Order>(vec![json("{")], ORDER);
        assert!(text.starts_with("input `order: Order`: EOF while parsing"), "{text}");
    }
}
