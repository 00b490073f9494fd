//! `#[durable::main]`: the rules for an async `main`.

use proc_macro2::TokenStream;
use syn::ItemFn;

use super::{inputs, settings};
use crate::diagnostics::{Errors, err};
use crate::parse::{arguments, keys};
use crate::runtime_path::Private;

pub(crate) fn main(tokens: TokenStream, function: &ItemFn, errors: &mut Errors) -> Private {
    let arguments = arguments::read(tokens, keys::MAIN, errors);
    let signature = &function.sig;
    inputs::ordinary_because(signature, "`main`", "nobody calls it with types", errors);
    if signature.asyncness.is_none() {
        errors.push(err!(
            signature.fn_token,
            "`#[durable::main]` is for an `async fn`; make it one, or remove the attribute"
        ));
    }
    if !signature.inputs.is_empty() {
        errors.push(err!(signature.inputs, "`main` takes nothing; see `std::env::args`"));
    }
    settings::Annotation::new(arguments.settings).private
}
