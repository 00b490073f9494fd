//! The rules for parameters: contexts by reference and first, inputs owned and at most six.

use syn::{FnArg, ItemFn, Path, Signature, Type};

use crate::diagnostics::{Errors, err};
use crate::model::{Context, Input};
use crate::parse::signature::{By, ContextType, Parameter, Role};
use crate::parse::types;

/// The most inputs that the SDK sends side by side.
pub(crate) const MOST_INPUTS: usize = 6;

/// Splits off the context that a method may take, and refuses every other.
///
/// It is what a method takes by reference and first, under whatever name; inputs are owned. So a name
/// is looked at only to word a mistake. `first_may_be` says whether the first reference can be one.
pub(super) fn context(
    parameters: &mut Vec<Parameter>,
    allowed: ContextType,
    by: By,
    first_may_be: bool,
    errors: &mut Errors,
) -> Context {
    let form = context_form(allowed, by);
    let mut found = Context::None;
    let mut kept = Vec::new();
    for (place, parameter) in parameters.drain(..).enumerate() {
        let original = &parameter.original;
        let is_first = place == 0 && first_may_be;
        // What is taken by value is an input, unless it says `Self`.
        let is_context = parameter.by != By::Value || parameter.mentions_self();
        match parameter.role {
            Role::Context(context) if context == allowed && is_context && place == 0 => {
                found = taken(&parameter, None);
                let writable = parameter.by == By::MutableReference && by == By::Reference;
                if parameter.by == By::Value || writable {
                    errors.push(err!(original.ty, "take the context as `{form}`"));
                }
            }
            Role::Context(context) if context == allowed && is_context => {
                errors.push(err!(original, "the context comes first, before every input"));
            }
            Role::Context(context) if is_context => {
                let name = context.type_name();
                errors.push(err!(original.ty, "there is no `{name}` here; take `ctx: {form}`"));
            }
            Role::State if is_context => errors.push(err!(
                original.ty,
                "only activities take `State<T>`; call one from the workflow, so that a replay does \
                 not repeat its work"
            )),
            Role::Input if is_first && parameter.by != By::Value && parameter.is_named() => {
                found = taken(&parameter, Some(Box::new(parameter.ty.clone())));
            }
            _ => kept.push(parameter),
        }
    }
    *parameters = kept;
    found
}

/// Returns the form in which the parameter takes the context.
fn taken(parameter: &Parameter, ty: Option<Box<Type>>) -> Context {
    if parameter.by == By::MutableReference { Context::Mutable(ty) } else { Context::Shared(ty) }
}

fn context_form(context: ContextType, by: By) -> String {
    let name = context.type_name();
    let arguments = if context == ContextType::View { "" } else { "<Self>" };
    match by {
        By::MutableReference => format!("&mut {name}{arguments}"),
        By::Reference => format!("&{name}{arguments}"),
        By::Value => name.to_owned(),
    }
}

/// Makes inputs of parameters, which must be owned.
pub(super) fn owned(
    parameters: &[Parameter],
    target: Option<&Path>,
    errors: &mut Errors,
) -> Vec<Input> {
    for parameter in parameters {
        let ty = &parameter.original.ty;
        if let Some(owned) = types::owned(ty) {
            let (ty_text, owned) = (types::text(ty), types::text(&owned));
            errors.push(err!(
                ty,
                "an input is owned, because it travels through the server; write `{owned}` instead \
                 of `{ty_text}`"
            ));
        }
        concrete(ty, errors);
    }
    counted(parameters, errors);
    parameters.iter().map(|parameter| input(parameter, target)).collect()
}

fn concrete(ty: &Type, errors: &mut Errors) {
    if let Type::ImplTrait(_) = ty {
        errors.push(err!(
            ty,
            "an input has one type, which is known to the server's other end; \
                              write that type instead of `impl ..`"
        ));
    }
}

/// Refuses more inputs than can be sent.
pub(super) fn counted(parameters: &[Parameter], errors: &mut Errors) {
    if let Some(first_too_many) = parameters.get(MOST_INPUTS) {
        let count = parameters.len();
        errors.push(err!(
            first_too_many.original,
            "there are {count} inputs, and {MOST_INPUTS} at most can be sent; put them in a struct \
             that derives `Serialize` and `Deserialize`, which can also grow later"
        ));
    }
}

fn input(parameter: &Parameter, target: Option<&Path>) -> Input {
    let ty = &*parameter.original.ty;
    let text = types::text(ty);
    let ty = target.map_or_else(|| ty.clone(), |target| types::without_self(ty, target));
    Input { name: parameter.name.clone(), ty, text }
}

/// Refuses what a function that the server knows by name cannot be.
pub(super) fn ordinary(signature: &Signature, what: &str, errors: &mut Errors) {
    ordinary_because(signature, what, "the server knows it by one name", errors);
}

/// Refuses what a function that nobody calls with types of his own cannot be.
pub(super) fn ordinary_because(
    signature: &Signature,
    what: &str,
    reason: &str,
    errors: &mut Errors,
) {
    if !signature.generics.params.is_empty() {
        errors.push(err!(
            signature.generics,
            "{what} cannot be generic, because {reason}; write the concrete types"
        ));
    } else if let Some(clause) = &signature.generics.where_clause {
        errors.push(err!(clause, "{what} cannot have a where clause"));
    }
    for (token, keyword) in [
        (signature.constness.map(|token| token.span), "const"),
        (signature.unsafety.map(|token| token.span), "unsafe"),
        (signature.abi.as_ref().map(|abi| abi.extern_token.span), "extern"),
    ] {
        if let Some(span) = token {
            let message = format!("{what} cannot be `{keyword}`; remove the word");
            errors.push(syn::Error::new(span, message));
        }
    }
    if let Some(variadic) = &signature.variadic {
        errors.push(err!(variadic, "{what} takes a fixed number of inputs"));
    }
}

/// Returns true if nothing shows that the function stands in an impl block.
pub(crate) fn is_free(function: &ItemFn) -> bool {
    receiver(&function.sig).is_none()
}

/// The receiver, if there is one.
pub(super) fn receiver(signature: &Signature) -> Option<&syn::Receiver> {
    signature.inputs.iter().find_map(|argument| match argument {
        FnArg::Receiver(receiver) => Some(receiver),
        FnArg::Typed(_) => None,
    })
}
