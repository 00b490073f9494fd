//! The JSON Schemas of the types of annotated items. The macros submit the types at link time.
//!
//! A type has a schema if it implements [`JsonSchema`]; generated code finds that out by type. Every other
//! type is opaque.

use std::any::TypeId;
use std::marker::PhantomData;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::caught;
use crate::definition::debug;

/// A type of an annotated item: an input, an output, or the values of an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypeSchema(Option<fn(&mut SchemaGenerator) -> Schema>);

impl TypeSchema {
    /// A type without a JSON Schema.
    pub(crate) const OPAQUE: Self = Self(None);

    pub(crate) const fn of<T: JsonSchema>() -> Self {
        Self(Some(SchemaGenerator::subschema_for::<T>))
    }

    /// Returns `true` if the type does not implement [`JsonSchema`].
    #[must_use]
    pub const fn is_opaque(&self) -> bool {
        self.0.is_none()
    }

    /// Generates the schema. The definitions of named types are added to the generator, and the schema
    /// refers to them. Returns `None` if the type is opaque, or if its `JsonSchema` panics.
    #[must_use]
    pub fn generate(&self, generator: &mut SchemaGenerator) -> Option<Schema> {
        let generate = self.0?;
        caught(|| generate(generator))
            .inspect_err(|message| {
                tracing::error!("the `JsonSchema` of a type panicked: {message}");
            })
            .ok()
    }
}

/// The types of a call: of a run, an activity, or a handler.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallSchemas {
    /// The inputs in order.
    pub inputs: Vec<TypeSchema>,
    /// The output.
    pub output: TypeSchema,
    /// The type of the error.
    pub(crate) error: Option<TypeId>,
}

impl CallSchemas {
    /// Returns the error type, if it derives [`ApplicationError`](macro@crate::ApplicationError).
    #[must_use]
    pub fn error(&self) -> Option<ErrorEntry> {
        let error = self.error?;
        let known = inventory::iter::<DescribedError>();
        known.into_iter().find(|known| known.type_id == error).map(DescribedError::entry)
    }
}

/// The types of a handler of a workflow.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HandlerSchemas {
    /// `"signal"`, `"query"` or `"update"`.
    pub kind: &'static str,
    /// The handler's name on the server.
    pub name: &'static str,
    /// The types.
    pub call: CallSchemas,
}

/// The types of a workflow or activity.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Schemas {
    /// The inputs, output and error of the run. `None` if the item was not made by this crate's macros.
    pub run: Option<CallSchemas>,
    /// The types of the handlers, which an activity does not have.
    pub handlers: Vec<HandlerSchemas>,
}

impl Schemas {
    /// Returns the types of a handler.
    #[must_use]
    pub fn handler(&self, kind: &str, name: &str) -> Option<&CallSchemas> {
        let mut handlers = self.handlers.iter();
        handlers.find(|it| it.kind == kind && it.name == name).map(|it| &it.call)
    }

    /// Adds the types of the run, for the kind `run`, or of a handler; called by generated code.
    #[doc(hidden)]
    pub fn add(
        &mut self,
        kind: &'static str,
        name: &'static str,
        inputs: Vec<TypeSchema>,
        (output, error): (TypeSchema, Option<TypeId>),
    ) {
        let call = CallSchemas { inputs, output, error };
        if kind == "run" {
            self.run = Some(call);
        } else {
            self.handlers.push(HandlerSchemas { kind, name, call });
        }
    }
}

/// An error type that derives [`ApplicationError`](macro@crate::ApplicationError).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// The name of the Rust type, without its module.
    pub name: &'static str,
    /// The doc comment, or an empty text.
    pub description: &'static str,
    /// The type names under which values are recorded, one for each variant.
    pub kinds: Vec<ErrorKindEntry>,
    /// The values, which are the failure's details.
    pub values: TypeSchema,
}

/// A kind of an [`ErrorEntry`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ErrorKindEntry {
    /// The type name, by which retry policies and callers in other languages distinguish errors.
    pub type_name: &'static str,
    /// `true` if the error is not retried.
    pub non_retryable: bool,
    /// `true` if the error is expected.
    pub benign: bool,
    /// The delay before the next attempt; `None` for that of the retry policy.
    pub next_retry_delay: Option<Duration>,
}

/// The types of an item; submitted by generated code.
pub struct DescribedTypes {
    type_id: TypeId,
    describe: fn(&mut Schemas),
}

/// An item with types; implemented by generated code.
pub trait Describe {
    /// Adds the types.
    fn describe(schemas: &mut Schemas);
}

debug!([] DescribedTypes[]:);

inventory::collect!(DescribedTypes);

impl DescribedTypes {
    /// Creates the entry of an item.
    #[must_use]
    pub const fn of<T: Describe + 'static>() -> Self {
        Self { type_id: TypeId::of::<T>(), describe: T::describe }
    }

    /// Returns the types of an item.
    pub(crate) fn find(type_id: TypeId) -> Schemas {
        let mut schemas = Schemas::default();
        let mut all = inventory::iter::<Self>().filter(|it| it.type_id == type_id);
        if let Some(described) = all.next() {
            (described.describe)(&mut schemas);
        }
        schemas
    }
}

/// The texts of an item; submitted by generated code.
pub struct DescribedTexts {
    type_id: TypeId,
    description: &'static str,
    id_template: &'static str,
}

debug!([] DescribedTexts[]:);

inventory::collect!(DescribedTexts);

impl DescribedTexts {
    /// Creates the entry of an item.
    #[must_use]
    pub const fn of<T: 'static>(description: &'static str, id_template: &'static str) -> Self {
        Self { type_id: TypeId::of::<T>(), description, id_template }
    }

    /// Returns the doc comment and the id template of an item, or empty texts.
    pub(crate) fn find(type_id: TypeId) -> (&'static str, &'static str) {
        let mut all = inventory::iter::<Self>().filter(|it| it.type_id == type_id);
        all.next().map_or(("", ""), |it| (it.description, it.id_template))
    }
}

/// A type name, `true` if it is non-retryable, `true` if it is benign, and the delay in milliseconds or 0.
type Kind = (&'static str, bool, bool, u128);

/// An error type; submitted by generated code.
pub struct DescribedError {
    type_id: TypeId,
    name: &'static str,
    description: &'static str,
    kinds: &'static [Kind],
    values: fn() -> TypeSchema,
}

debug!([] DescribedError[]: name);

inventory::collect!(DescribedError);

impl DescribedError {
    /// Creates the entry of an error type.
    #[must_use]
    pub const fn of<E: 'static>(
        name: &'static str,
        description: &'static str,
        kinds: &'static [Kind],
        values: fn() -> TypeSchema,
    ) -> Self {
        Self { type_id: TypeId::of::<E>(), name, description, kinds, values }
    }

    fn entry(&self) -> ErrorEntry {
        let kinds = self.kinds.iter().map(|(type_name, non_retryable, benign, delay)| {
            let delay = u64::try_from(*delay).unwrap_or(u64::MAX);
            ErrorKindEntry {
                type_name,
                non_retryable: *non_retryable,
                benign: *benign,
                next_retry_delay: (delay > 0).then(|| Duration::from_millis(delay)),
            }
        });
        ErrorEntry {
            name: self.name,
            description: self.description,
            kinds: kinds.collect(),
            values: (self.values)(),
        }
    }
}

/// A type in generated code. Method resolution selects [`HasSchema`] for a type with a JSON Schema, and
/// otherwise [`NoSchema`].
pub struct TypeProbe<T: ?Sized>(PhantomData<fn() -> Box<T>>);

debug!([T] TypeProbe[T]:);

impl<T: ?Sized> TypeProbe<T> {
    /// The probe.
    pub const NEW: Self = Self(PhantomData);
}

/// A type with a JSON Schema.
pub trait HasSchema {
    /// Returns the schema.
    fn schema(&self) -> TypeSchema;
}

impl<T: JsonSchema> HasSchema for TypeProbe<T> {
    fn schema(&self) -> TypeSchema {
        TypeSchema::of::<T>()
    }
}

/// A type without a JSON Schema.
pub trait NoSchema {
    /// Returns an opaque type.
    fn schema(&self) -> TypeSchema {
        TypeSchema::OPAQUE
    }
}

impl<T: ?Sized> NoSchema for &TypeProbe<T> {}

/// The success of a `Result`, or every other return type.
pub trait SuccessProbe {
    /// The type of the success.
    type Success;
    /// The type of the error.
    type Error;

    /// The probe of the success.
    const SUCCESS: TypeProbe<Self::Success> = TypeProbe::NEW;
    /// The probe of the error.
    const ERROR: TypeProbe<Self::Error> = TypeProbe::NEW;
}

impl<R> SuccessProbe for TypeProbe<R> {
    type Success = R;
    type Error = ();
}

impl<T, E> TypeProbe<Result<T, E>> {
    /// The probe of the success of a `Result`, also under an alias.
    pub const SUCCESS: TypeProbe<T> = TypeProbe::NEW;
    /// The probe of its error.
    pub const ERROR: TypeProbe<E> = TypeProbe::NEW;
}
