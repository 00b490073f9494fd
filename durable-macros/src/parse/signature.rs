//! Reads the parameters and the return type of a function, as far as the signature shows them.
//!
//! A name only suggests what a type is. Where it matters, generated code asks the type itself: see
//! `ContextType`, `FromWorker` and `Returned` in the runtime's `__private`.

use quote::format_ident;
use syn::{
    FnArg, GenericArgument, Ident, Pat, PatType, PathArguments, ReturnType, Signature, Type,
};

use super::types;
use crate::model::{Argument, Output, OutputKind};

/// A parameter of a function.
pub(crate) struct Parameter {
    pub(crate) original: PatType,
    /// The user's name for it, or one made of its place.
    pub(crate) name: Ident,
    pub(crate) role: Role,
    pub(crate) by: By,
    /// The type without the reference.
    pub(crate) ty: Type,
}

impl Parameter {
    /// Returns true if the type could be a context under another name; slices, tuples and strings cannot.
    pub(crate) fn is_named(&self) -> bool {
        matches!(&self.ty, Type::Path(path) if !path.path.is_ident("str"))
    }

    /// Returns true if it can only be a context, by its form; a parameter by value is an input.
    pub(crate) fn is_context(&self) -> bool {
        self.role != Role::Input && (self.by != By::Value || self.mentions_self())
    }

    /// Returns true if the type has `Self` as an argument, as contexts have.
    pub(crate) fn mentions_self(&self) -> bool {
        let arguments = arguments(&self.ty).and_then(first_type);
        matches!(arguments.map(peeled), Some(Type::Path(path)) if path.path.is_ident("Self"))
    }
}

/// The way in which a parameter is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Value,
    Reference,
    MutableReference,
}

/// The role of a parameter, by the name of its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Context(ContextType),
    /// `State<T>`.
    State,
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
        Parameter { original: typed.clone(), name, role, by, ty: ty.clone() }
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
    if last.ident == "State" && first_type(&last.arguments).is_some() {
        return Role::State;
    }
    Role::Input
}

/// The arguments of the last segment of a path.
fn arguments(ty: &Type) -> Option<&PathArguments> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|last| &last.arguments)
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Returns the return type of a function.
pub(crate) fn output(output: &ReturnType) -> Output {
    let ReturnType::Type(_, ty) = output else {
        return Output { kind: OutputKind::Nothing, text: "()".to_owned(), argument: None };
    };
    let ty = peeled(ty);
    let argument = arguments(ty).and_then(first_type).filter(|ty| types::is_nameable(ty));
    let argument = argument.map(|ty| Argument { ty: Box::new(ty.clone()), text: types::text(ty) });
    Output { kind: OutputKind::Any(Box::new(ty.clone())), text: types::text(ty), argument }
}
