//! The inputs of a workflow by their names, as the id template on the struct mentions them.

/// A struct whose impl block has `#[workflow_methods]`; `#[workflow]` asks for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is annotated as a workflow but has no workflow methods",
    label = "this struct has no `#[workflow_methods]`",
    note = "write `#[workflow_methods] impl {Self} {{ #[run] async fn run(..) -> WorkflowResult<..> {{ .. }} }}`"
)]
pub trait WithMethods {
    /// The input of the workflow, as it travels.
    type Input;
    /// The inputs by their names, as id templates mention them. With a single input its fields are
    /// there, too.
    type Named<'a>;

    /// The inputs by their names.
    fn named(input: &Self::Input) -> Self::Named<'_>;
}

/// An input that is the only one.
#[diagnostic::on_unimplemented(
    message = "`{{}}` in an id template is the only input of a workflow, and this one has several",
    label = "name an input instead, such as `{{order_id}}`"
)]
pub trait OnlyInput {
    /// The input itself.
    type Input;

    /// The whole input, for `{}` in an id template.
    fn only(&self) -> &Self::Input;
}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize> OnlyInput for T {
    type Input = T;

    fn only(&self) -> &T {
        self
    }
}

/// The whole input, for `{}` in an id template.
pub fn only<T: OnlyInput>(input: &T) -> &T::Input {
    input.only()
}

/// Asks for the methods of a workflow whose annotation does not mention its input.
pub const fn with_methods<W: WithMethods>() {}
