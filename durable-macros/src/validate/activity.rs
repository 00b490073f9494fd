//! `#[activity]`: the rules for a function.

use proc_macro2::TokenStream;
use syn::ItemFn;

use super::{inputs, outputs, settings};
use crate::diagnostics::{Errors, err};
use crate::model::{Activity, Injected, Item};
use crate::parse::signature::{self, By, ContextType, Parameter, Role};
use crate::parse::{arguments, keys};

pub(crate) fn activity(tokens: TokenStream, function: &ItemFn, errors: &mut Errors) -> Activity {
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
    let (injected, parameters) = injected(signature::parameters(signature), errors);
    Activity {
        private: annotation.private,
        item: Item {
            ident: signature.ident.clone(),
            visibility: function.vis.clone(),
            docs: settings::attributes(&function.attrs, "doc"),
            conditions: settings::attributes(&function.attrs, "cfg"),
        },
        name: annotation.name.unwrap_or_else(|| settings::default_name(&signature.ident)),
        queue,
        settings: annotation.options,
        is_declared: false,
        is_async: signature.asyncness.is_some(),
        injected,
        inputs: inputs::owned(&parameters, None, errors),
        output: outputs::owned(&signature.output, errors),
    }
}

/// Splits off what the worker gives, which comes first.
fn injected(parameters: Vec<Parameter>, errors: &mut Errors) -> (Vec<Injected>, Vec<Parameter>) {
    let mut injected = Vec::new();
    let mut inputs = Vec::new();
    for parameter in parameters {
        let original = &parameter.original;
        let given = match &parameter.role {
            Role::Input => {
                inputs.push(parameter);
                continue;
            }
            Role::State(ty) => {
                if parameter.by != By::Value {
                    let message = "take `State<T>` by value; cloning it is cheap";
                    errors.push(err!(original.ty, "{message}"));
                }
                Injected::State(ty.clone())
            }
            Role::Context(ContextType::Activity) => {
                if parameter.by != By::Value {
                    errors.push(err!(
                        original.ty,
                        "take the context by value: `ctx: ActivityContext`; cloning it is cheap"
                    ));
                }
                if injected.iter().any(|given| matches!(given, Injected::Context)) {
                    errors.push(err!(original, "an activity has one context; remove this one"));
                }
                Injected::Context
            }
            Role::Context(other) => {
                let name = other.type_name();
                errors.push(err!(
                    original.ty,
                    "an activity has no `{name}`; it can take `ctx: ActivityContext`, and what it \
                     needs of the workflow as inputs"
                ));
                continue;
            }
        };
        if !inputs.is_empty() {
            errors.push(err!(
                original,
                "`ActivityContext` and `State<T>` come before the inputs; move this parameter to \
                 the front"
            ));
        }
        injected.push(given);
    }
    (injected, inputs)
}
