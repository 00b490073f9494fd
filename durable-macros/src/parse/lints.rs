//! The lints that speak against forms which an annotation demands, and which the user could only
//! silence.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{AttrStyle, Attribute, MacroDelimiter, Meta, MetaList, token};

/// For a function that others call by its name: its inputs are owned, it is async where nothing waits
/// (yet), it has a `self` that it need not read, validators borrow what they are given, and a
/// workflow stays on its thread.
///
/// Only Clippy gets the attribute: rustc looks up each name. It is not parsed, which takes longer in a macro without
/// optimizations.
pub(crate) fn allowed() -> Attribute {
    let tokens = quote! {
        clippy, allow(
            clippy::future_not_send,
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_value,
            clippy::needless_pass_by_ref_mut,
            clippy::ptr_arg,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
        )
    };
    let path = Ident::new("cfg_attr", Span::call_site()).into();
    let delimiter = MacroDelimiter::Paren(token::Paren::default());
    Attribute {
        pound_token: token::Pound::default(),
        style: AttrStyle::Outer,
        bracket_token: token::Bracket::default(),
        meta: Meta::List(MetaList { path, delimiter, tokens }),
    }
}
