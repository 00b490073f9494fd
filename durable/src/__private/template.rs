//! The inputs of a workflow by name, for the id template on the struct.

/// A struct whose impl block has `#[workflow_methods]`, as `#[workflow]` requires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is annotated as a workflow but has no workflow methods",
    label = "this struct has no `#[workflow_methods]`",
    note = "write `#[workflow_methods] impl {Self} {{ #[run] async fn run(..) -> WorkflowResult<..> {{ .. }} }}`"
)]
pub trait WithMethods {
    /// `true` for every workflow.
    const EXIST: bool = true;
    /// The input of the workflow in the form in which it is sent.
    type Input;
    /// The inputs by name. If there is a single input, its fields are included.
    type Named<'a>;

    /// Returns the inputs by name.
    fn named(input: &Self::Input) -> Self::Named<'_>;
}

/// The inputs of a workflow by name. The parameter is the constant of [`WithMethods`], so that missing methods
/// are reported once; see [`Sent`](super::Sent).
pub trait Named<const EXIST: bool> {
    /// The input of the workflow in the form in which it is sent.
    type Input;
    /// The inputs by name.
    type Named<'a>;

    /// Returns the inputs by name.
    fn named(input: &Self::Input) -> Self::Named<'_>;
}

#[diagnostic::do_not_recommend]
impl<W: WithMethods> Named<true> for W {
    type Input = W::Input;
    type Named<'a> = W::Named<'a>;

    fn named(input: &W::Input) -> W::Named<'_> {
        W::named(input)
    }
}

/// The input of a workflow with a single input.
#[diagnostic::on_unimplemented(
    message = "`{{}}` in an id template is the only input of a workflow, and this one has several",
    label = "name an input instead, such as `{{order_id}}`"
)]
pub trait OnlyInput {
    /// The type of the input.
    type Input;

    /// Returns the whole input, for `{}` in an id template.
    fn only(&self) -> &Self::Input;
}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize> OnlyInput for T {
    type Input = T;

    fn only(&self) -> &T {
        self
    }
}

/// Returns the whole input, for `{}` in an id template.
pub fn only<T: OnlyInput>(input: &T) -> &T::Input {
    input.only()
}
