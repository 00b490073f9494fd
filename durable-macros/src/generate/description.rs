//! The doc comment of a handler as a text, for the registry and Temporal's own tools.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text, which is empty without a doc comment.
pub(super) fn text(docs: &[Attribute]) -> String {
    let lines: Vec<_> = docs.iter().filter_map(line).collect();
    lines.join("\n").trim().to_owned()
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

    use super::text;

    #[test]
    fn joins_the_lines_and_skips_macros() {
        let docs: [Attribute; 4] = [
            parse_quote!(#[doc = " Says \"yes\"."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = include_str!("more.md")]),
            parse_quote!(#[doc = "  Indented."]),
        ];
        assert_eq!(text(&docs), "Says \"yes\".\n\n Indented.");
        assert_eq!(text(&[]), "");
    }
}
