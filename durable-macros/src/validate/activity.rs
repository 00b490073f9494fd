//! `#[activity]`: the rules for a function.

use proc_macro2::TokenStream;
use syn::{ItemFn, Type};

use super::{inputs, outputs, settings};
use crate::diagnostics::{Errors, err};
use crate::model::{Activity, Item};
use crate::parse::signature::{self, By, ContextType, Parameter, Role};
use crate::parse::{arguments, keys};

pub(crate) fn activity(
    tokens: TokenStream,
    function: &ItemFn,
    is_declared: bool,
    errors: &mut Errors,
) -> Activity {
    let arguments = arguments::read(tokens, keys::ACTIVITY, errors);
    let has_queue = arguments.mention("queue");
    let annotation = settings::Annotation::new(arguments.settings);
    settings::check(&annotation.options, errors);
    let signature = &function.sig;
    let queue = settings::queue(annotation.queue, has_queue, "activity", &signature.ident, errors);
    inputs::ordinary(signature, "an activity", errors);
    if let Some(receiver) = inputs::receiver(signature) {
        errors.push(err!(
            receiver,
            "an activity is a free function; move it out of the impl block, and take what it needs \
             of `self` as `State<T>`"
        ));
    }
    let parameters = signature::parameters(signature);
    let (injected, parameters) = if is_declared {
        // Only who serves it is given something.
        (Vec::new(), parameters.into_iter().filter(|parameter| !parameter.is_context()).collect())
    } else {
        injected(parameters, errors)
    };
    Activity {
        private: annotation.private,
        item: Item {
            ident: signature.ident.clone(),
            visibility: function.vis.clone(),
            docs: settings::attributes(&function.attrs, "doc"),
            conditions: settings::attributes(&function.attrs, "cfg"),
            deprecated: settings::attributes(&function.attrs, "deprecated"),
        },
        name: annotation.name.unwrap_or_else(|| settings::default_name(&signature.ident)),
        queue,
        settings: annotation.options,
        is_beside_module: false,
        is_declared,
        is_async: signature.asyncness.is_some(),
        injected,
        inputs: inputs::owned(&parameters, None, errors),
        output: outputs::owned(&signature.output, errors),
    }
}

/// Splits off what the worker gives: what comes first and has the name of it. Generated code asks the
/// type whether it is that. Behind the first input everything is one.
fn injected(parameters: Vec<Parameter>, errors: &mut Errors) -> (Vec<Type>, Vec<Parameter>) {
    let mut injected: Vec<Type> = Vec::new();
    let mut inputs = Vec::new();
    for parameter in parameters {
        let original = &parameter.original;
        match parameter.role {
            Role::State if parameter.by != By::Value => {
                errors.push(err!(original.ty, "take `State<T>` by value; cloning it is cheap"));
            }
            Role::Context(ContextType::Activity) if parameter.by != By::Value => {
                errors.push(err!(
                    original.ty,
                    "take the context by value: `ctx: ActivityContext`; cloning it is cheap"
                ));
            }
            Role::Context(other) if parameter.by != By::Value => {
                let name = other.type_name();
                errors.push(err!(
                    original.ty,
                    "an activity has no `{name}`; it can take `ctx: ActivityContext`, and what it \
                     needs of the workflow as inputs"
                ));
            }
            Role::State | Role::Context(ContextType::Activity) if inputs.is_empty() => {
                injected.push(parameter.ty);
            }
            _ => inputs.push(parameter),
        }
    }
    (injected, inputs)
}
