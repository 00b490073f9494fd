//! The expansion beside a mistake. It has the names that the user's other code uses, so that rustc
//! reports nothing but the mistake.
//!
//! None of it ever runs, since the mistake ends the compilation: inputs are taken and dropped, and
//! nothing is registered.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, ItemTrait, TraitItem};

use super::{activity, declared, handle, handlers, methods, shared, workflow};
use crate::model::{
    Activity, Declared, Handler, HandlerKind, Input, Methods, Output, OutputKind, Run, Workflow,
};
use crate::parse::types;
use crate::validate::{MOST_INPUTS, is_free, is_of_tests};

pub(super) fn workflow(model: Workflow) -> TokenStream {
    workflow::workflow(&Workflow { settings: Vec::new(), ..model })
}

pub(super) fn activity(model: Activity, function: &ItemFn) -> TokenStream {
    if !is_free(function) {
        // A type cannot stand where methods stand.
        return TokenStream::new();
    }
    call(model, function.sig.generics.params.is_empty())
}

/// The type of an activity, with its calls.
pub(super) fn call(model: Activity, is_concrete: bool) -> TokenStream {
    let parameters = parameters(&model.inputs, is_concrete);
    let input = dropped(&model.inputs);
    let output = if is_concrete { model.output } else { nothing() };
    let bare = Activity { settings: vec![], injected: vec![], inputs: vec![], output, ..model };
    let ty = activity::activity_type(&bare);
    let calls = activity::call_functions(&bare, &parameters, &input);
    let definition = activity::definition(&bare);
    let conditions = &bare.item.conditions;
    let block = bare.private.block(quote!(#calls #definition));
    quote! {
        #ty
        #(#conditions)*
        #block
    }
}

/// The function as it was written, and no test: what speaks of tests is of no use on it.
pub(super) fn test(mut function: ItemFn) -> TokenStream {
    function.attrs.retain(|attribute| !is_of_tests(attribute));
    quote! {
        #[allow(dead_code)]
        #function
    }
}

pub(super) fn methods(model: Methods) -> TokenStream {
    let code = declared::no_code(&model);
    for_callers(model, &code)
}

pub(super) fn declared(Declared { workflow: annotated, methods }: Declared) -> TokenStream {
    let ty = declared::workflow_type(&annotated);
    let annotation = workflow(annotated);
    let methods = for_callers(methods, &TokenStream::new());
    quote!(#ty #annotation #methods)
}

/// The trait of a declaration of which nothing can be made; rustc does not know our attributes.
pub(super) fn without_markers(mut declaration: ItemTrait) -> TokenStream {
    for item in &mut declaration.items {
        if let TraitItem::Fn(function) = item {
            function.attrs.clear();
        }
    }
    quote!(#declaration)
}

/// Everything that callers of the workflow name, and the code that a worker would run.
fn for_callers(model: Methods, code: &TokenStream) -> TokenStream {
    let owned = |input: &Input| Input {
        ty: types::owned(&input.ty).unwrap_or_else(|| input.ty.clone()),
        ..input.clone()
    };
    let inputs = methods::inputs(&model).iter().take(MOST_INPUTS).map(owned);
    let inputs: Vec<_> = inputs.filter(|input| types::is_nameable(&input.ty)).collect();
    let starts = methods::starts(&model, &inputs);
    let handlers: Vec<_> =
        model.handlers.iter().map(|handler| self::handler(&model, handler)).collect();
    let run = Run { inputs, ..model.run };
    let bare = Methods { handlers: vec![], init: None, run, ..model };
    let definition = methods::definition(&bare);
    let conditions = &bare.conditions;
    let (items, calls): (Vec<_>, Vec<_>) = handlers.into_iter().unzip();
    let calls = handle::impls(&bare, calls.into_iter());
    let block = bare.private.block(quote!(#starts #definition #code #(#items)* #calls));
    quote!(#(#conditions)* #block)
}

/// The items and the handle's method of a handler.
fn handler(model: &Methods, handler: &Handler) -> (TokenStream, (HandlerKind, TokenStream)) {
    let parameters = parameters(&handler.inputs, true);
    let call = handle::method(model, handler, &parameters, &dropped(&handler.inputs));
    let bare = Handler {
        inputs: vec![],
        output: handler.output.clone(),
        name: handler.name.clone(),
        ident: handler.ident.clone(),
        docs: vec![],
        conditions: handler.conditions.clone(),
        deprecated: vec![],
        context: handler.context.clone(),
        validator: None,
        ..*handler
    };
    let item = handlers::implementation(model, &bare, &TokenStream::new());
    (item, (handler.kind, call))
}

/// The parameters, where those whose type is a mistake take everything.
fn parameters(inputs: &[Input], is_concrete: bool) -> Vec<TokenStream> {
    let parameter = |Input { name, ty, .. }: &Input| {
        if is_concrete && types::owned(ty).is_none() && types::is_nameable(ty) {
            quote!(#name: #ty)
        } else {
            quote!(#name: impl ::core::marker::Sized)
        }
    };
    inputs.iter().map(parameter).collect()
}

/// `()`, with the inputs dropped.
fn dropped(inputs: &[Input]) -> TokenStream {
    let names = shared::names(inputs);
    quote!({
        let _ = (#(#names,)*);
    })
}

fn nothing() -> Output {
    Output { kind: OutputKind::Nothing, text: String::new(), argument: None }
}
