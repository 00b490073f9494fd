//! The expansion of `#[durable::main]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

use crate::runtime_path::Private;

/// The function, run to its end. Its parameters stay, so that rustc says what it thinks of them.
pub(super) fn main(private: &Private, function: ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, mut sig, block } = function;
    sig.asyncness = None;
    let private = private.path();
    quote! {
        #(#attrs)*
        #vis #sig {
            #private::block_on(async #block)
        }
    }
}
