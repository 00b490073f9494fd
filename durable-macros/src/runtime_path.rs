//! The path of the runtime in generated code: `::durable`, unless `crate = path` says otherwise.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// The path of everything that generated code may name; it stands for `::durable::__private`.
#[derive(Clone)]
pub(crate) struct Private {
    /// The path that the user wrote, with the span to report when it leads nowhere.
    path: Option<Path>,
    /// The span of the default path.
    span: Span,
}

impl Private {
    /// The same path, standing somewhere else: rustc reports what it thinks of a type at the first
    /// token of its path.
    pub(crate) fn at(&self, span: Span) -> Self {
        Self { path: self.path.clone(), span }
    }

    /// Returns the span of the path.
    pub(crate) fn span(&self) -> Span {
        self.span
    }
}

impl Default for Private {
    fn default() -> Self {
        Self { path: None, span: Span::call_site() }
    }
}

impl From<Path> for Private {
    fn from(path: Path) -> Self {
        Self { path: Some(path), span: Span::call_site() }
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let default = || quote_spanned!(self.span=> ::durable::__private);
        tokens.extend(self.path.as_ref().map_or_else(default, |path| quote!(#path::__private)));
    }
}
