//! The path of the runtime in generated code: `::durable`, unless `crate = path` says otherwise.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt as _, quote, quote_spanned};
use syn::Path;

const NAME: &str = "__private";

/// The runtime's items that generated code may name. Within the `const _` block they are those of
/// `__private`, which [`Private::block`] imports once.
#[derive(Clone)]
pub(crate) struct Private {
    /// The path that the user wrote, with the span to report when it leads nowhere.
    path: Option<Path>,
    /// The name of `__private` in the block.
    name: Ident,
}

impl Private {
    /// The same, standing somewhere else: rustc reports what it thinks of a type at the first token of
    /// its path.
    pub(crate) fn at(&self, span: Span) -> Self {
        Self { path: self.path.clone(), name: Ident::new(NAME, span) }
    }

    /// Returns the span of the path.
    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    /// Returns the whole path, for what stands outside the block.
    pub(crate) fn path(&self) -> TokenStream {
        let default = || quote_spanned!(self.span()=> ::durable::__private);
        self.path.as_ref().map_or_else(default, |path| quote!(#path::__private))
    }

    /// Returns the block around the impls. They may use what is deprecated, callers are warned.
    pub(crate) fn block(&self, content: impl ToTokens) -> TokenStream {
        let path = self.path();
        quote! {
            #[allow(deprecated, unused_qualifications)]
            const _: () = {
                #[allow(unused_imports)]
                use #path::{self as __private, by_type::*};
                #content
            };
        }
    }
}

impl Default for Private {
    fn default() -> Self {
        Self { path: None, name: Ident::new(NAME, Span::call_site()) }
    }
}

impl From<Path> for Private {
    fn from(path: Path) -> Self {
        Self { path: Some(path), ..Self::default() }
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        // There are hundreds in each expansion, so this makes no stream of its own.
        tokens.append(self.name.clone());
    }
}
