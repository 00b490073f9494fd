//! The item that an attribute stands on.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Item;
use syn::parse::Parse;

use crate::diagnostics::Errors;

/// Reads the item, or `None`: it is another one, which is a mistake, or none at all, which is
/// rustc's to report.
pub(crate) fn read<T: Parse>(
    tokens: &TokenStream,
    attribute: &str,
    expected: &str,
    errors: &mut Errors,
) -> Option<T> {
    if let Ok(item) = syn::parse2(tokens.clone()) {
        return Some(item);
    }
    let (span, kind) = kind(&syn::parse2(tokens.clone()).ok()?);
    let message = format!("`#[{attribute}]` goes on {expected}, and this is {kind}");
    errors.push(syn::Error::new(span, message));
    None
}

/// Returns `false` if the item can't be a trait. It is cheaper than an attempt to parse one.
pub(crate) fn may_be_trait(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(it) if it == "trait"))
}

/// Returns `false` if the function has a body. It is cheaper than to parse its signature twice.
pub(crate) fn may_be_bodiless(tokens: &TokenStream) -> bool {
    !matches!(tokens.clone().into_iter().last(), Some(TokenTree::Group(_)))
}

/// The keyword of an item, and what to call it.
fn kind(item: &Item) -> (Span, &'static str) {
    match item {
        Item::Const(item) => (item.const_token.span, "a constant"),
        Item::Enum(item) => (item.enum_token.span, "an enum"),
        Item::Fn(item) => (item.sig.fn_token.span, "a function"),
        Item::Impl(item) => (item.impl_token.span, "an impl block"),
        Item::Mod(item) => (item.mod_token.span, "a module"),
        Item::Static(item) => (item.static_token.span, "a static"),
        Item::Struct(item) => (item.struct_token.span, "a struct"),
        Item::Trait(item) => (item.trait_token.span, "a trait"),
        Item::Type(item) => (item.type_token.span, "a type alias"),
        _ => (Span::call_site(), "something else"),
    }
}
