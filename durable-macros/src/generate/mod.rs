//! Turns models into code. Nothing here can fail: what is wrong was found before.
//!
//! All names are absolute, through the runtime's `__private`; what the user's own types are called
//! cannot matter. Code that can be generic stands in the runtime, so that an annotation costs little.

mod activity;
mod application_error;
mod called;
mod children;
mod contract;
mod declared;
mod description;
mod entry;
mod fallback;
mod handle;
mod handlers;
mod methods;
mod module;
mod named;
mod registration;
mod repeats;
mod shared;
mod test;
mod workflow;

use std::path::Path;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{DeriveInput, ForeignItemFn, ItemFn, ItemImpl, ItemTrait};

use crate::diagnostics::Errors;
use crate::parse::{self, items, lints};
use crate::validate;

/// `#[workflow]`.
pub(crate) fn expand_workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if items::may_be_trait(&item)
        && let Ok(declaration) = syn::parse2::<ItemTrait>(item.clone())
    {
        let as_it_is = declaration.clone();
        let generated = match validate::declared_workflow(arguments, declaration, &mut errors) {
            Some(model) if errors.is_empty() => declared::workflow(&model),
            Some(model) => fallback::declared(model),
            None => fallback::without_markers(as_it_is),
        };
        return both(generated, errors);
    }
    let Some(parsed) = items::read::<DeriveInput>(&item, "workflow", "a struct", &mut errors)
    else {
        return both(item, errors);
    };
    let generated = match validate::workflow(arguments, &parsed, &mut errors) {
        Some(model) if errors.is_empty() => workflow::workflow(&model),
        Some(model) => fallback::workflow(model),
        None => TokenStream::new(),
    };
    both(quote!(#item #generated), errors)
}

/// `#[workflow_methods]`.
pub(crate) fn expand_workflow_methods(
    arguments: TokenStream,
    item: TokenStream,
    file: Option<&Path>,
) -> TokenStream {
    let mut errors = Errors::default();
    let attribute = "workflow_methods";
    let parsed = items::read::<ItemImpl>(&item, attribute, "the struct's impl block", &mut errors);
    let Some(mut block) = parsed else {
        return both(item, errors);
    };
    if parse::blocks::is_second(&block, file) {
        validate::second_block(&mut block, &mut errors);
        return both(block, errors);
    }
    let visibility = parse::unannotated::of(&block, file);
    let model = validate::methods(arguments, &mut block, &mut errors);
    let missing = model
        .as_ref()
        .zip(visibility)
        .and_then(|(model, visibility)| {
            validate::missing_annotation(model, visibility, &mut errors)
        })
        .map(fallback::workflow);
    if let Some(model) = &model {
        repeats::mark(&model.private, &model.repeats, &mut block);
    }
    let generated = match model {
        Some(model) if errors.is_empty() => methods::methods(&model),
        Some(model) => fallback::methods(model),
        None => TokenStream::new(),
    };
    block.attrs.push(lints::allowed());
    both(quote!(#block #missing #generated), errors)
}

/// A marker that no `#[workflow_methods]` has read.
pub(crate) fn unread_marker(marker: &str, item: TokenStream, is_told: bool) -> TokenStream {
    let mut errors = Errors::default();
    if is_told {
        errors.push(syn::Error::new(
            Span::call_site(),
            format!(
                "`#[{marker}]` is read by `#[workflow_methods]`, which is missing here; write it on \
                 the impl block"
            ),
        ));
    }
    both(item, errors)
}

/// `#[activity]`.
pub(crate) fn expand_activity(
    arguments: TokenStream,
    item: TokenStream,
    file: Option<&Path>,
) -> TokenStream {
    let mut errors = Errors::default();
    if items::may_be_bodiless(&item)
        && let Ok(declaration) = syn::parse2::<ForeignItemFn>(item.clone())
    {
        let model = validate::declared_activity(arguments, declaration, &mut errors);
        let is_right = errors.is_empty();
        let generated =
            if is_right { activity::activity(&model) } else { fallback::call(model, true) };
        return both(generated, errors);
    }
    let parsed = items::read::<ItemFn>(&item, "activity", "a function", &mut errors);
    let Some(mut function) = parsed else {
        return both(item, errors);
    };
    let mut model = validate::activity(arguments, &function, false, &mut errors);
    model.is_beside_module = parse::module::is_imported_beside_module(&function.sig.ident, file);
    let generated = if errors.is_empty() {
        called::refuse_in_workflows(&model, &mut function);
        activity::activity(&model)
    } else {
        fallback::activity(model, &function)
    };
    function.attrs.push(lints::allowed());
    both(quote!(#function #generated), errors)
}

/// `#[derive(ApplicationError)]`.
pub(crate) fn expand_application_error(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let generated = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => validate::application_error(&item, &mut errors)
            .map(|model| application_error::application_error(&model)),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    both(generated, errors)
}

/// `#[durable::main]`.
pub(crate) fn expand_main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = items::read::<ItemFn>(&item, "main", "a function", &mut errors);
    let Some(function) = parsed else {
        return both(item, errors);
    };
    let private = validate::main(arguments, &function, &mut errors);
    both(entry::main(&private, function), errors)
}

/// `#[durable::test]`.
pub(crate) fn expand_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = items::read::<ItemFn>(&item, "durable::test", "an async function", &mut errors);
    let Some(function) = parsed else {
        return both(item, errors);
    };
    let generated = match validate::test(arguments, &function, &mut errors) {
        Some(model) if errors.is_empty() => test::test(&model, function),
        _ => fallback::test(function),
    };
    both(generated, errors)
}

fn both(tokens: impl ToTokens, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    quote!(#tokens #errors)
}
