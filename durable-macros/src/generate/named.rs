//! The inputs of a workflow by their names, as the id template mentions them. The template stands on
//! the struct, where the names are not known, so the methods say them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path};

use super::shared;
use crate::model::{Input, Methods};

/// The impl of `WithMethods`, with the type that it names. `place` is the span of what mentions the inputs
/// alone.
pub(super) fn with_methods(
    model: &Methods,
    inputs: &[Input],
    at: Span,
    place: Span,
) -> TokenStream {
    let Methods { private, target, .. } = model;
    let input = shared::own_at("__input", place);
    let of = quote!(#target);
    let head = shared::impl_head(private, "WithMethods", &of, at);
    let input_type = shared::input_of(private, inputs, at, "WorkflowDefinition");
    let input_item = quote_spanned!(place=> type Input = #input_type;);
    let fields = shared::names(inputs);
    let name = name(target);
    let (ty, value) = if fields.is_empty() {
        (quote!(()), TokenStream::new())
    } else {
        let types = shared::types(inputs);
        let pattern = shared::input_value(private, &fields);
        let value = quote_spanned!(place=> let #pattern = #input; #name { #(#fields),* });
        (quote_spanned!(place=> #name<'a, #(#types),*>), value)
    };
    let named_item = quote_spanned!(place=> type Named<'a> = #ty;);
    let named = quote_spanned! {place=>
        fn named(#input: &Self::Input) -> Self::Named<'_> {
            #value
        }
    };
    let named_type = (!fields.is_empty()).then(|| named_type(&name, &fields));
    quote! {
        #named_type

        #[automatically_derived]
        #head {
            #input_item
            #named_item

            #named
        }
    }
}

/// The type, whose name is one that nobody writes. It is generic, because a type that names private
/// ones could not be as public as the workflow. Behind a single input are the fields of it.
fn named_type(name: &Ident, fields: &[Ident]) -> TokenStream {
    let types: Vec<_> = (0..fields.len()).map(|place| format_ident!("T{place}")).collect();
    let behind = match fields {
        [only] => quote! {
            impl<T0> ::core::ops::Deref for #name<'_, T0> {
                type Target = T0;

                fn deref(&self) -> &T0 {
                    self.#only
                }
            }
        },
        _ => TokenStream::new(),
    };
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #[allow(dead_code, reason = "an id template mentions what it needs")]
        pub struct #name<'a, #(#types),*> {
            #(pub #fields: &'a #types),*
        }

        #behind
    }
}

/// The name of the type, which messages of rustc mention.
fn name(target: &Path) -> Ident {
    let name = target.segments.last().map(|last| shared::unraw(&last.ident)).unwrap_or_default();
    format_ident!("inputs_of_{name}")
}
