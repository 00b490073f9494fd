//! The inputs of a call: the form in which callers write them, and the form in which they are sent.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::Payload;
use super::arguments::{ReceivedPayloads, may_be_missing};
use super::sealed::Sealed;

/// Several inputs, each of which is sent as a separate payload.
///
/// It wraps a tuple, and is the `Input` of the SDK's definition of a workflow, activity, signal, query or
/// update with several inputs. With one input, `Input` is the input itself, and with none `()`. It is
/// only needed for direct calls of the SDK.
///
/// Trailing payloads may be missing if the types of their inputs are optional.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "it is taken apart in patterns")]
pub struct Inputs<T>(pub T);

impl<T> From<T> for Inputs<T> {
    fn from(inputs: T) -> Self {
        Self(inputs)
    }
}

/// The inputs of a workflow as a tuple: `()`, `(T,)`, `(T, U)` and so on.
///
/// It is implemented for all tuples of up to six inputs, and converts between the two other forms of
/// inputs.
pub trait Arguments: Sealed + Sized + 'static {
    /// The inputs as one value: `()` for none, `T` for one, and the tuple `(A, B, ..)` for several.
    /// It is the `I` of [`BaseWorkflow<I, O>`](crate::BaseWorkflow).
    type Value;
    /// The inputs in the form in which they are sent: `()`, `T`, or [`Inputs<(A, B, ..)>`](Inputs).
    type Wire;

    /// Converts the inputs to the form in which they are sent.
    #[doc(hidden)]
    fn wire(value: Self::Value) -> Self::Wire;

    /// Converts the inputs from the form in which they are sent.
    #[doc(hidden)]
    fn from_wire(wire: Self::Wire) -> Self;

    /// Converts the inputs to the form in which they are sent.
    #[doc(hidden)]
    fn into_wire(self) -> Self::Wire;
}

impl Sealed for () {}

impl Arguments for () {
    type Value = ();
    type Wire = ();

    fn wire((): ()) {}

    fn from_wire((): ()) {}

    fn into_wire(self) {}
}

impl<T> Sealed for (T,) {}

impl<T: 'static> Arguments for (T,) {
    type Value = T;
    type Wire = T;

    fn wire(value: T) -> T {
        value
    }

    fn from_wire(wire: T) -> Self {
        (wire,)
    }

    fn into_wire(self) -> T {
        self.0
    }
}

/// Implements the traits for a number of inputs.
macro_rules! several {
    ($($name:ident $place:tt),*) => {
        impl<$($name),*> Sealed for ($($name,)*) {}

        impl<$($name: 'static),*> Arguments for ($($name,)*) {
            type Value = Self;
            type Wire = Inputs<Self>;

            fn wire(value: Self) -> Inputs<Self> {
                Inputs(value)
            }

            fn from_wire(wire: Inputs<Self>) -> Self {
                wire.0
            }

            fn into_wire(self) -> Inputs<Self> {
                Inputs(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: Payload),*> TemporalSerializable for Inputs<($($name,)*)> {
            fn to_payloads(
                &self,
                context: &SerializationContext<'_>,
            ) -> Result<Vec<RawPayload>, PayloadConversionError> {
                Ok(vec![$(context.converter.to_payload(context, &self.0.$place)?),*])
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: Payload),*> TemporalDeserializable for Inputs<($($name,)*)> {
            fn from_payloads(
                context: &SerializationContext<'_>,
                payloads: Vec<RawPayload>,
            ) -> Result<Self, PayloadConversionError> {
                let optional = [$(may_be_missing::<$name>),*];
                let mut given = ReceivedPayloads::new(context, payloads, &optional)?;
                Ok(Self(($(given.next::<$name>()?,)*)))
            }
        }
    };
}

several!(A 0, B 1);
several!(A 0, B 1, C 2);
several!(A 0, B 1, C 2, D 3);
several!(A 0, B 1, C 2, D 3, E 4);
several!(A 0, B 1, C 2, D 3, E 4, F 5);
