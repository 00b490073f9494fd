//! What a function takes and returns, as far as it can be read off the signature: contexts and
//! `State<T>` are told apart from inputs by the last segment of their path.

use quote::format_ident;
use syn::{
    FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, ReturnType, Signature, Type,
};

use super::types;
use crate::model::{Output, OutputKind};

/// A parameter of a function.
pub(crate) struct Parameter {
    pub(crate) original: PatType,
    /// The user's name for it, or one made of its place.
    pub(crate) name: Ident,
    pub(crate) role: Role,
    pub(crate) by: By,
}

/// How a parameter is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Value,
    Reference,
    MutableReference,
}

/// What a parameter is for.
pub(crate) enum Role {
    Context(ContextType),
    /// `State<T>`.
    State(Box<Type>),
    Input,
}

/// The contexts, each of which has its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContextType {
    Workflow,
    SyncWorkflow,
    View,
    Activity,
}

impl ContextType {
    fn of(name: &Ident) -> Option<Self> {
        [Self::Workflow, Self::SyncWorkflow, Self::View, Self::Activity]
            .into_iter()
            .find(|context| name == context.type_name())
    }

    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Workflow => "WorkflowContext",
            Self::SyncWorkflow => "SyncWorkflowContext",
            Self::View => "WorkflowContextView",
            Self::Activity => "ActivityContext",
        }
    }
}

/// The parameters without the receiver. Where a name is not to be had, the place makes one.
pub(crate) fn parameters(signature: &Signature) -> Vec<Parameter> {
    let mut inputs = 0;
    let typed = signature.inputs.iter().filter_map(|argument| match argument {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => Some(typed),
    });
    let read = typed.map(|typed| {
        let (by, ty) = match peeled(&typed.ty) {
            Type::Reference(reference) if reference.mutability.is_some() => {
                (By::MutableReference, peeled(&reference.elem))
            }
            Type::Reference(reference) => (By::Reference, peeled(&reference.elem)),
            ty => (By::Value, ty),
        };
        let role = role(ty);
        let place = inputs;
        inputs += usize::from(matches!(role, Role::Input));
        let name = name(&typed.pat).unwrap_or_else(|| format_ident!("arg{place}"));
        Parameter { original: typed.clone(), name, role, by }
    });
    let mut parameters: Vec<Parameter> = read.collect();
    let names: Vec<_> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
    for (place, parameter) in parameters.iter_mut().enumerate() {
        if names[..place].contains(&parameter.name) {
            parameter.name = format_ident!("arg{place}");
        }
    }
    parameters
}

/// The name that callers see: the user's, without the underscores that say that it is not used here.
fn name(pat: &Pat) -> Option<Ident> {
    let Pat::Ident(pat) = pat else { return None };
    let written = pat.ident.to_string();
    let name = written.trim_start_matches('_');
    if name == written {
        return Some(pat.ident.clone());
    }
    let mut name = syn::parse_str::<Ident>(name).ok()?;
    name.set_span(pat.ident.span());
    Some(name)
}

/// The type within the groups and parentheses that macros put around it.
fn peeled(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        ty => ty,
    }
}

fn role(ty: &Type) -> Role {
    let Type::Path(path) = ty else { return Role::Input };
    let Some(last) = path.path.segments.last() else { return Role::Input };
    if let Some(context) = ContextType::of(&last.ident) {
        return Role::Context(context);
    }
    match first_type(&last.arguments) {
        Some(state) if last.ident == "State" => Role::State(Box::new(state.clone())),
        _ => Role::Input,
    }
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// What a function returns. A type whose name ends in `Result` is taken for one, whatever its path;
/// its success type is then asked of the trait `ResultType`.
pub(crate) fn output(output: &ReturnType) -> Output {
    let ReturnType::Type(_, ty) = output else {
        return Output { kind: OutputKind::Nothing, text: "()".to_owned() };
    };
    let ty = peeled(ty);
    match result(ty) {
        Some(arguments) => {
            let text = types::text(first_type(arguments).unwrap_or(ty));
            Output { kind: OutputKind::Result(Box::new(ty.clone())), text }
        }
        None => Output { kind: OutputKind::Plain(Box::new(ty.clone())), text: types::text(ty) },
    }
}

/// What a function returns when it succeeds, or `None` where that is not written.
pub(crate) fn success(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, ty) = output else { return None };
    let ty = peeled(ty);
    match result(ty) {
        Some(arguments) => first_type(arguments),
        None => Some(ty),
    }
}

/// The arguments of a type that is taken for a `Result`.
fn result(ty: &Type) -> Option<&PathArguments> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    last.ident.to_string().ends_with("Result").then_some(&last.arguments)
}
