//! The trait of inputs and outputs.

use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};

/// A value that can be sent to the Temporal server and back: an input or output of a workflow,
/// activity, signal, query or update.
///
/// It is implemented for every type that implements [`serde::Serialize`] and [`serde::Deserialize`], and
/// for the SDK's wrappers `RawValue` and `ProstSerializable`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it, and on the types within: `#[derive(Serialize, Deserialize)]`",
    note = "an activity takes `ActivityContext` and `State<T>` by these names and before its inputs, and a \
            workflow's method its context by reference: they are no inputs"
)]
pub trait Payload: TemporalSerializable + TemporalDeserializable + Send + 'static {}

// Compiler messages then name this trait, and not its supertraits.
#[diagnostic::do_not_recommend]
impl<T> Payload for T where T: TemporalSerializable + TemporalDeserializable + Send + 'static {}
