//! The inputs of a workflow by their names, as the id template mentions them. The template stands on
//! the struct, where the names are not known, so the methods say them.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path};

use super::{methods, shared};
use crate::model::{Input, Methods};

/// The impl of `WithMethods`, with the type that it names.
pub(super) fn with_methods(model: &Methods, at: Span) -> TokenStream {
    let Methods { private, target, .. } = model;
    let inputs = methods::inputs(model);
    let head = shared::impl_head(private, "WithMethods", &quote!(#target), at);
    let input_item = shared::input_item(&private.at(at), inputs);
    let name = type_name(target);
    let ty = (!inputs.is_empty()).then(|| named_type(&name, inputs));
    let (named, value) = if inputs.is_empty() {
        (quote!(()), TokenStream::new())
    } else {
        let fields: Vec<_> = inputs.iter().map(field).collect();
        let pattern = shared::input_value(private, &fields);
        (quote!(#name<'a>), quote!(let #pattern = __input; #name { #(#fields),* }))
    };
    quote! {
        #ty

        #[automatically_derived]
        #head {
            #input_item
            type Named<'a> = #named;

            fn named(__input: &Self::Input) -> Self::Named<'_> {
                #value
            }
        }
    }
}

/// The type, whose name is one that nobody writes and that says in rustc's messages what it is. Behind
/// a single input are the fields of it.
fn named_type(name: &Ident, inputs: &[Input]) -> TokenStream {
    let fields = inputs.iter().map(|input| {
        let (field, ty) = (field(input), &input.ty);
        quote!(pub #field: &'a #ty)
    });
    let behind = match inputs {
        [only] => {
            let (field, ty) = (field(only), &only.ty);
            quote! {
                impl ::core::ops::Deref for #name<'_> {
                    type Target = #ty;

                    fn deref(&self) -> &#ty {
                        self.#field
                    }
                }
            }
        }
        _ => TokenStream::new(),
    };
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types, reason = "an id template mentions what it needs")]
        pub struct #name<'a> {
            #(#fields),*
        }

        #behind
    }
}

fn type_name(target: &Path) -> Ident {
    let workflow = target.segments.last().map(|segment| shared::unraw(&segment.ident));
    let name = format!("__InputsOf{}", workflow.unwrap_or_default());
    Ident::new(&name, Span::call_site())
}

/// The name of an input, with the span in which templates look for it.
pub(super) fn field(input: &Input) -> Ident {
    in_templates(input.name.clone(), input.name.span())
}

/// A name as both sides of a template see it: the methods, and the annotation.
pub(super) fn in_templates(mut name: Ident, at: Span) -> Ident {
    name.set_span(at.resolved_at(Span::call_site()));
    name
}
