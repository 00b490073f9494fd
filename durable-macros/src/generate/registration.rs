//! The link-time registration of an annotated item, by which a program finds it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, Path};

use crate::parse::types::Spanned as _;
use crate::runtime_path::Private;

pub(super) fn workflow(private: &Private, target: &Path, is_declared: bool) -> TokenStream {
    // What rustc says of a workflow that is none then points at its name.
    let here = private.at(target.span());
    let register = if is_declared {
        quote_spanned!(target.span()=> #here::register_declared_workflow::<#target>())
    } else {
        quote_spanned!(target.span()=> #here::register_workflow::<#target>())
    };
    quote!(#private::inventory::submit! { #register })
}

pub(super) fn activity(private: &Private, ident: &Ident, is_declared: bool) -> TokenStream {
    let here = private.at(ident.span());
    let register = if is_declared {
        quote_spanned!(ident.span()=> #here::register_declared_activity::<#ident>())
    } else {
        quote_spanned!(ident.span()=> #here::register_activity::<#ident>())
    };
    quote!(#private::inventory::submit! { #register })
}
