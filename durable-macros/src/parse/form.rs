//! The form in which the value of a key is written, and the message for another one.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};

use super::keys::{Key, Kind};
use crate::diagnostics::err;

/// The form that the value of a key must have.
pub(crate) struct Form<'a> {
    pub(crate) key: &'a Key,
    pub(crate) tokens: TokenStream,
}

impl Form<'_> {
    pub(crate) fn read<T: Parse>(&self, input: ParseStream<'_>) -> syn::Result<T> {
        self.read_with(input, T::parse)
    }

    pub(crate) fn read_with<T>(
        &self,
        input: ParseStream<'_>,
        read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        read(input).map_err(|_| self.wrong())
    }

    pub(crate) fn wrong(&self) -> syn::Error {
        let Key { name, example, kind } = self.key;
        let takes = match kind {
            Kind::Flag => {
                return err!(self.tokens, "`{name}` takes no value; write `{name}` alone");
            }
            Kind::Name | Kind::Text | Kind::Template | Kind::TimeSkipping => "a string in quotes",
            Kind::Timeout | Kind::Interval => "a duration in quotes",
            Kind::Count | Kind::Priority => "a whole number",
            Kind::Coefficient => "a number",
            Kind::Texts => "a list of strings",
            Kind::Retry => "its keys in parentheses",
            Kind::Function => "the path of a function",
            Kind::Runtime => "a path without quotes",
        };
        err!(self.tokens, "`{name}` takes {takes}; write `{example}`")
    }
}
