//! The inputs of a call: as callers give them, and as they travel.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::arguments::{Given, may_be_missing};
use super::{Payload, Workflow};

/// Several inputs on their way, each as a payload of its own.
///
/// It is what the SDK's definition of a workflow, activity, signal, query or update with several
/// inputs has as `Input`, and wraps the tuple of them. With one input that is the input itself, and
/// with none `()`. Only who calls the SDK directly meets it.
///
/// Trailing payloads may be missing where the type of the input is optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs<T>(pub T);

impl<T> From<T> for Inputs<T> {
    fn from(inputs: T) -> Self {
        Self(inputs)
    }
}

/// The inputs of a workflow as a tuple: `()`, `(T,)`, `(T, U)` and so on.
///
/// It ties the two other forms together that inputs have. There is nothing to implement by hand.
pub trait Arguments: Sized + 'static {
    /// The inputs as one value: `()` for none, `T` for one, and the tuple `(A, B, ..)` for several.
    /// It is the `I` of [`BaseWorkflow<I, O>`](crate::BaseWorkflow).
    type Value;
    /// The inputs as they travel: `()`, `T`, or [`Inputs<(A, B, ..)>`](Inputs).
    type Wire;

    /// Converts the inputs to the form in which they travel.
    fn wire(value: Self::Value) -> Self::Wire;

    /// Takes the inputs out of the form in which they travel.
    fn from_wire(wire: Self::Wire) -> Self;
}

/// The inputs of a workflow as one value: `()`, `T`, or the tuple `(A, B, ..)`.
pub type InputOf<W> = <<W as Workflow>::Arguments as Arguments>::Value;

/// Converts the inputs of a workflow to the form in which they travel.
pub(crate) fn wire<W: Workflow>(input: InputOf<W>) -> W::Input {
    W::Arguments::wire(input)
}

impl Arguments for () {
    type Value = ();
    type Wire = ();

    fn wire((): ()) {}

    fn from_wire((): ()) {}
}

impl<T: 'static> Arguments for (T,) {
    type Value = T;
    type Wire = T;

    fn wire(value: T) -> T {
        value
    }

    fn from_wire(wire: T) -> Self {
        (wire,)
    }
}

/// The impls for a number of inputs.
macro_rules! several {
    ($($name:ident $place:tt),*) => {
        impl<$($name: 'static),*> Arguments for ($($name,)*) {
            type Value = Self;
            type Wire = Inputs<Self>;

            fn wire(value: Self) -> Inputs<Self> {
                Inputs(value)
            }

            fn from_wire(wire: Inputs<Self>) -> Self {
                wire.0
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
                let mut given = Given::new(context, payloads, &optional)?;
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
