//! Warnings, which a macro can only give by using something deprecated where they shall point.

use quote::quote_spanned;
use syn::{ImplItem, ItemImpl, parse_quote};

use crate::model::Repeat;
use crate::runtime_path::Private;

/// Writes into each method that prints what rustc warns of at the place of the call. It stands within
/// the method, so that `#[allow(deprecated)]` on the method holds for it.
pub(super) fn mark(private: &Private, repeats: &[Repeat], block: &mut ItemImpl) {
    let private = private.path();
    for Repeat { method, span } in repeats.iter().rev() {
        if let Some(ImplItem::Fn(function)) = block.items.get_mut(*method) {
            let marker = quote_spanned!(*span=> PRINTS_ON_EVERY_REPLAY);
            function.block.stmts.insert(0, parse_quote!(const _: () = #private::#marker;));
        }
    }
}
