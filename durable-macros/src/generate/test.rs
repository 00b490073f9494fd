//! The expansion of `#[durable::test]`: a test in which the runtime runs the async function.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{AttrStyle, Attribute, ItemFn, ReturnType, Signature, Visibility};

use super::shared;
use crate::model::Test;
use crate::parse::lints;

/// A plain function around the user's, which rustc takes for a test.
///
/// Without tests, in examples of documentation say, it stays as dead code: `#[test]` would drop it,
/// with all that rustc has to say of it.
pub(super) fn test(model: &Test, function: ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block } = function;
    let (attrs, mut inner): (Vec<_>, Vec<_>) = attrs.into_iter().partition(is_outer);
    inner.push(lints::allowed());
    let ident = sig.ident.clone();
    let run = run(model, &sig);
    let body = ItemFn { attrs: inner, vis: Visibility::Inherited, sig, block };
    quote! {
        #[cfg_attr(test, ::core::prelude::v1::test)]
        #[allow(dead_code)]
        #(#attrs)*
        #vis fn #ident() {
            #body
            #run
        }
    }
}

fn is_outer(attribute: &Attribute) -> bool {
    matches!(attribute.style, AttrStyle::Outer)
}

/// The call of the runtime.
fn run(model: &Test, signature: &Signature) -> TokenStream {
    let Test { private, crash, time_skipping, setup, parameter } = model;
    let ident = &signature.ident;
    let name = format!("::{}", shared::unraw(ident));
    let time_skipping = Ident::new(time_skipping.variant(), shared::span());
    let setup = setup.as_ref().map_or_else(
        || quote!(::core::option::Option::None),
        |path| quote_spanned!(path.span()=> ::core::option::Option::Some(#path)),
    );
    // What rustc says of a type points at it.
    let place = match &signature.output {
        ReturnType::Default => ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    let here = private.at(place).path();
    let run_test = quote_spanned!(place=> #here::run_test);
    let (run, env) = (Ident::new("__run", ident.span()), shared::own("env"));
    let here = private.at(parameter.span()).path();
    let private = private.path();
    let given =
        quote_spanned!(parameter.span()=> <#parameter as #here::TestParameter>::given(#env));
    let test = quote! {
        #private::Test {
            name: ::core::concat!(::core::module_path!(), #name),
            crash: #crash,
            time_skipping: #private::TimeSkipping::#time_skipping,
            setup: #setup,
        }
    };
    // The caller that a failed test reports: its own name.
    let body = quote!(|#env| #ident(#given));
    let call = quote_spanned!(ident.span()=> #run(#test, #body););
    quote! {
        let #run = #run_test;
        #call
    }
}
