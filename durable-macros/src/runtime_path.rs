//! Where generated code finds the runtime: `::durable`, unless `crate = path` says otherwise.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The path of everything that generated code may name; it stands for `::durable::__private`.
#[derive(Clone)]
pub(crate) struct Private(syn::Path);

impl Default for Private {
    fn default() -> Self {
        Self(syn::parse_quote!(::durable))
    }
}

impl From<syn::Path> for Private {
    fn from(path: syn::Path) -> Self {
        Self(path)
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let path = &self.0;
        tokens.extend(quote!(#path::__private));
    }
}
