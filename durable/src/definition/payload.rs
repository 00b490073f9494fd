//! What a value must be able to do to travel to the Temporal server and back.

use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};

/// A value that can travel to the Temporal server and back: every input and output of a workflow,
/// activity, signal, query or update.
///
/// Every type that derives [`serde::Serialize`] and [`serde::Deserialize`] is one, and so are the
/// SDK's own wrappers (`RawValue`, `ProstSerializable`). There is nothing to implement by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it, and on the types within: `#[derive(Serialize, Deserialize)]`",
    note = "an activity takes `ActivityContext` and `State<T>` by these names, and a workflow's method its \
            context by reference: they are no inputs"
)]
pub trait Payload: TemporalSerializable + TemporalDeserializable + Send + 'static {}

// Messages then speak of payloads, and not of the traits that these are made of.
#[diagnostic::do_not_recommend]
impl<T> Payload for T where T: TemporalSerializable + TemporalDeserializable + Send + 'static {}
