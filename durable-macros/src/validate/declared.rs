//! Declarations without an implementation: the rules for a trait with `#[workflow]`, and for a
//! function without a body with `#[activity]`. What they declare is served elsewhere.

use proc_macro2::{Span, TokenStream};
use quote::format_ident;
use syn::{
    DeriveInput, ForeignItemFn, ImplItemFn, ItemFn, ItemTrait, Path, ReturnType, Signature,
    TraitItem, TraitItemFn, Visibility, parse_quote,
};

use super::{handlers, inputs, methods, outputs, settings};
use crate::diagnostics::{Errors, err};
use crate::model::{Activity, Context, Declared, Handler, HandlerKind, Methods, Run};
use crate::parse::methods::{self as marked, Marker, Method};
use crate::parse::signature::{self, Parameter};
use crate::runtime_path::Private;

/// An activity that is declared: a function with `;` in the place of a body.
pub(crate) fn activity(
    tokens: TokenStream,
    declaration: ForeignItemFn,
    errors: &mut Errors,
) -> Activity {
    let ForeignItemFn { attrs, vis, sig, .. } = declaration;
    let inputs = signature::parameters(&sig).into_iter();
    for given in inputs.filter(Parameter::is_context) {
        errors.push(err!(
            given.original,
            "a declaration lists the inputs alone, because who serves the activity has its own \
             context; remove this parameter, or write a body"
        ));
    }
    let function = ItemFn { attrs, vis, sig, block: parse_quote!({}) };
    super::activity(tokens, &function, true, errors)
}

/// A workflow that is declared: a trait of its methods. `None` where it is generic.
pub(crate) fn workflow(
    tokens: TokenStream,
    declaration: ItemTrait,
    errors: &mut Errors,
) -> Option<Declared> {
    if !declaration.supertraits.is_empty() {
        errors.push(err!(
            declaration.supertraits,
            "a declared workflow builds on no other trait; write its methods here"
        ));
    }
    let ItemTrait { attrs, vis, ident, generics, items, .. } = declaration;
    let clause = &generics.where_clause;
    // What it stands for, with the parts that the rules for a struct look at.
    let stands_for: DeriveInput = parse_quote!(#(#attrs)* #vis struct #ident #generics #clause;);
    let workflow = super::workflow(tokens, &stands_for, errors)?;
    let target = Path::from(ident);
    let methods = methods_of(items, &target, errors);
    let (private, conditions) = (workflow.private.clone(), workflow.item.conditions.clone());
    Some(Declared { methods: Methods { private, conditions, ..methods }, workflow })
}

fn methods_of(items: Vec<TraitItem>, target: &Path, errors: &mut Errors) -> Methods {
    let mut taken = Vec::new();
    let mut runs = Vec::new();
    let mut declared: Vec<Handler> = Vec::new();
    for item in items {
        let Some(mut function) = function(item, errors) else { continue };
        taken.extend(methods::taken_name(&function.sig.ident, errors));
        let Some(method) = marked::take_marker(&mut function, errors) else {
            errors.push(err!(
                function.sig.ident,
                "what is this method? mark it as `#[run]`, `#[signal]`, `#[query]` or `#[update]`"
            ));
            continue;
        };
        match method.marker {
            Marker::Run => runs.push(method),
            Marker::Handler(kind) => {
                let handler = handler(declared.len(), kind, &method, target, errors);
                handlers::unique(&handler, &declared, &method, errors);
                declared.push(handler);
            }
            Marker::Init | Marker::Validator(_) | Marker::Unclear => errors.push(err!(
                method.attribute,
                "who serves the workflow makes its state and validates its updates; remove this \
                 method"
            )),
        }
    }
    let run = methods::only("run", runs, errors).map(|method| run(&method, target, errors));
    Methods {
        private: Private::default(),
        target: target.clone(),
        conditions: Vec::new(),
        taken,
        run: run.unwrap_or_else(|| missing_run(target, errors)),
        init: None,
        handlers: declared,
        repeats: Vec::new(),
    }
}

/// The method, as one of an impl block, without a body.
fn function(item: TraitItem, errors: &mut Errors) -> Option<ImplItemFn> {
    let TraitItem::Fn(TraitItemFn { attrs, sig, default, .. }) = item else {
        errors.push(err!(item, "a declared workflow has methods alone; remove this item"));
        return None;
    };
    if let Some(body) = default {
        errors.push(err!(
            body,
            "a declared workflow is served elsewhere, so its methods have no bodies; write `;`, or \
             annotate a struct and its impl block"
        ));
    }
    let vis = Visibility::Inherited;
    Some(ImplItemFn { attrs, vis, defaultness: None, sig, block: parse_quote!({}) })
}

fn run(method: &Method, target: &Path, errors: &mut Errors) -> Run {
    let signature = &method.function.sig;
    inputs::ordinary(signature, "a `#[run]` method", errors);
    handlers::no_conditions(method, errors);
    let inputs = inputs::owned(&only_inputs(signature, errors), Some(target), errors);
    let output = outputs::without_self(&signature.output, target, errors);
    let ident = signature.ident.clone();
    Run { ident, context: Context::None, inputs, output }
}

fn handler(
    number: usize,
    kind: HandlerKind,
    method: &Method,
    target: &Path,
    errors: &mut Errors,
) -> Handler {
    let signature = &method.function.sig;
    inputs::ordinary(signature, &format!("a `#[{}]` method", kind.word()), errors);
    Handler {
        number,
        kind,
        ident: signature.ident.clone(),
        name: handlers::name(method),
        docs: settings::attributes(&method.function.attrs, "doc"),
        conditions: settings::attributes(&method.function.attrs, "cfg"),
        deprecated: settings::attributes(&method.function.attrs, "deprecated"),
        is_async: false,
        context: Context::None,
        inputs: inputs::owned(&only_inputs(signature, errors), Some(target), errors),
        output: handlers::output(kind, signature, target, errors),
        validator: None,
    }
}

/// The inputs; whoever serves the workflow has a state and a context of its own.
fn only_inputs(signature: &Signature, errors: &mut Errors) -> Vec<Parameter> {
    let others =
        "a declaration lists the inputs alone, because who serves the workflow has its own";
    if let Some(receiver) = inputs::receiver(signature) {
        errors.push(err!(receiver, "{others} state; remove `self`"));
    }
    let mut parameters = signature::parameters(signature);
    for given in parameters.iter().filter(|parameter| parameter.is_context()) {
        errors.push(err!(given.original, "{others} context; remove this parameter"));
    }
    parameters.retain(|parameter| !parameter.is_context());
    parameters
}

fn missing_run(target: &Path, errors: &mut Errors) -> Run {
    errors.push(err!(
        target,
        "this workflow has no `#[run]` method; write `#[run] async fn run(input: ..) -> ..;`"
    ));
    Run {
        ident: format_ident!("run", span = Span::call_site()),
        context: Context::None,
        inputs: Vec::new(),
        output: signature::output(&ReturnType::Default),
    }
}
