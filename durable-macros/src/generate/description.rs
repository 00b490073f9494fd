//! The doc comment of a handler as a text, for the registry and Temporal's own tools.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The constant `DESCRIPTION`, if there is a doc comment.
pub(super) fn constant(docs: &[Attribute]) -> Option<TokenStream> {
    let lines: Vec<_> = docs.iter().filter_map(line).collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then(|| quote!(const DESCRIPTION: &'static str = #text;))
}

/// A line of a doc comment without the space that follows the slashes. A macro call, such as
/// `include_str!`, is left out.
fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
    let text = text.value();
    Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use syn::{Attribute, parse_quote};

    use super::constant;

    #[test]
    fn joins_the_lines_and_skips_macros() {
        let docs: [Attribute; 4] = [
            parse_quote!(#[doc = " Says \"yes\"."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = include_str!("more.md")]),
            parse_quote!(#[doc = "  Indented."]),
        ];
        let written = constant(&docs).expect("there is a doc comment").to_string();
        assert_eq!(
            written,
            "const DESCRIPTION : & 'static str = \"Says \\\"yes\\\".\\n\\n Indented.\" ;"
        );
        assert!(constant(&[]).is_none());
    }
}
