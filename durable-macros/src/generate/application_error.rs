//! The expansion of `#[derive(ApplicationError)]`: how each variant is classified, the way out of a
//! workflow, and the entry in the table by which it is known wherever it leaves.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{contract, shared};
use crate::model::{ApplicationError, ErrorKind};
use crate::runtime_path::Private;

pub(super) fn application_error(model: &ApplicationError) -> TokenStream {
    let ApplicationError { private, ident, kinds, .. } = model;
    let contract = contract::application_error(model);
    let name = shared::unraw(ident);
    let type_names = type_names(kinds);
    let classification = classification(private, kinds);
    // What rustc says of a type that is no error stands at its name, and is said once.
    let span = ident.span();
    let here = private.at(span);
    let conversion = quote_spanned!(span=> #here::Conversion::new());
    private.block(quote! {
        #[automatically_derived]
        impl #private::Classified for #ident {
            const NAME: &'static str = #name;
            const TYPE_NAMES: &'static [&'static str] = &[#(#type_names),*];
            const CONVERSION: #private::Conversion<Self> = #conversion;

            fn classification(&self) -> #private::Classification {
                #classification
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#ident> for #private::ApplicationFailure {
            fn from(error: #ident) -> Self {
                #private::failure(error)
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#ident> for #private::WorkflowTermination {
            fn from(error: #ident) -> Self {
                #private::termination(error)
            }
        }

        #private::inventory::submit! { #private::KnownError::of::<#ident>() }

        #contract
    })
}

/// Each name once.
fn type_names(kinds: &[ErrorKind]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for ErrorKind { type_name, .. } in kinds {
        if !names.contains(&type_name.as_str()) {
            names.push(type_name);
        }
    }
    names
}

fn classification(private: &Private, kinds: &[ErrorKind]) -> TokenStream {
    let of = |kind: &ErrorKind| {
        let type_name = &kind.type_name;
        let non_retryable = kind.non_retryable.then(|| quote!(.non_retryable()));
        let benign = kind.benign.then(|| quote!(.benign()));
        let delay = kind.next_retry_delay.map(|delay| {
            let delay = shared::duration(delay);
            quote!(.next_retry_delay(#delay))
        });
        quote!(#private::Classification::new(#type_name) #non_retryable #delay #benign)
    };
    let arms = kinds.iter().filter_map(|kind| {
        let (variant, value) = (kind.variant.as_ref()?, of(kind));
        Some(quote_spanned!(variant.span()=> Self::#variant { .. } => #value,))
    });
    match kinds {
        [kind] if kind.variant.is_none() => of(kind),
        // Of an enum without variants there is no value.
        [] => quote!(match *self {}),
        _ => quote!(match self { #(#arms)* }),
    }
}
