//! What an annotated item submits at link time, by which a program finds it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, Path};

use crate::runtime_path::Private;

pub(super) fn workflow(private: &Private, target: &Path) -> TokenStream {
    quote!(#private::inventory::submit! { #private::register_workflow::<#target>() })
}

pub(super) fn activity(private: &Private, ident: &Ident) -> TokenStream {
    let private_here = private.at(ident.span());
    let register = quote_spanned!(ident.span()=> #private_here::register_activity::<#ident>());
    quote!(#private::inventory::submit! { #register })
}
