//! Small questions about types as they are written: how they read, and what they are without their
//! references and without `Self`.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, Path, PathArguments, Type, TypePath, parse_quote, spanned};

/// The span of a type or path. On stable Rust it is that of its first token, which `syn` finds by turning all of it into
/// tokens. Expansions ask often, so names answer themselves.
pub(crate) trait Spanned {
    fn span(&self) -> Span;
}

impl Spanned for Type {
    fn span(&self) -> Span {
        match self {
            Self::Path(TypePath { qself: None, path }) => path.span(),
            ty => spanned::Spanned::span(ty),
        }
    }
}

impl Spanned for Path {
    fn span(&self) -> Span {
        match (self.leading_colon, self.segments.first()) {
            (None, Some(first)) => first.ident.span(),
            _ => spanned::Spanned::span(self),
        }
    }
}

/// The tokens as one would write them: `Result<Vec<u8>, Error>`.
pub(crate) fn text(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    write_tokens(tokens.to_token_stream(), &mut text);
    text
}

fn write_tokens(tokens: TokenStream, text: &mut String) {
    // Whether the token before was a word, which must not run into the next word.
    let mut after_word = false;
    for token in tokens {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word {
            text.push(' ');
        }
        after_word = is_word;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write_tokens(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    character @ (',' | ';') => {
                        text.push(character);
                        text.push(' ');
                    }
                    character @ ('+' | '=') if !text.ends_with(' ') => {
                        text.extend([' ', character]);
                        text.push_str(if punct.spacing() == Spacing::Alone { " " } else { "" });
                    }
                    '-' if punct.spacing() == Spacing::Joint => text.push_str(" -"),
                    '>' if text.ends_with(" =") || text.ends_with('-') => text.push_str("> "),
                    character => text.push(character),
                }
                after_word = false;
            }
            word => text.push_str(&word.to_string()),
        }
    }
    let end = text.trim_end().len();
    text.truncate(end);
}

/// The type without references, or `None` where it has none: `Vec<String>` for `&[&str]`.
pub(crate) fn owned(ty: &Type) -> Option<Type> {
    let mut ty = ty.clone();
    let mut owned = Owned { found: false };
    owned.visit_type_mut(&mut ty);
    owned.found.then_some(ty)
}

struct Owned {
    found: bool,
}

impl VisitMut for Owned {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Reference(reference) = ty {
            self.found = true;
            *ty = match &*reference.elem {
                Type::Slice(slice) => {
                    let element = &slice.elem;
                    parse_quote!(Vec<#element>)
                }
                Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
                Type::Path(path) if path.path.is_ident("Path") => parse_quote!(PathBuf),
                other => other.clone(),
            };
            self.visit_type_mut(ty);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Returns true if the type can stand where `impl Trait` and `_` cannot.
pub(crate) fn is_nameable(ty: &Type) -> bool {
    struct Unnameable(bool);
    impl Visit<'_> for Unnameable {
        fn visit_type(&mut self, ty: &Type) {
            self.0 |= matches!(ty, Type::ImplTrait(_) | Type::Infer(_));
            visit::visit_type(self, ty);
        }
    }
    let mut unnameable = Unnameable(false);
    unnameable.visit_type(ty);
    !unnameable.0
}

/// The type of an output without references, or `None` where it has none. A `'static` one behind the
/// first argument may be that of an error: `Result<u8, &'static str>`.
pub(crate) fn owned_output(ty: &Type) -> Option<Type> {
    let mut checked = ty.clone();
    if let Type::Path(path) = &mut checked
        && let Some(last) = path.path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &mut last.arguments
    {
        for argument in arguments.args.iter_mut().skip(1) {
            if let GenericArgument::Type(Type::Reference(reference)) = argument
                && reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
            {
                *argument = GenericArgument::Type(parse_quote!(()));
            }
        }
    }
    owned(&checked).and_then(|_| owned(ty))
}

/// Names the struct where the user wrote `Self`, which means something else in generated impls.
pub(crate) fn without_self(ty: &Type, target: &Path) -> Type {
    let mut ty = ty.clone();
    WithoutSelf(target).visit_type_mut(&mut ty);
    ty
}

struct WithoutSelf<'a>(&'a Path);

impl VisitMut for WithoutSelf<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.first().is_some_and(|segment| segment.ident == "Self") {
            let rest = path.segments.iter().skip(1).cloned();
            path.segments = self.0.segments.iter().cloned().chain(rest).collect();
            path.leading_colon = self.0.leading_colon;
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> Type {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn a_type_reads_as_it_is_written() {
        for written in [
            "()",
            "bool",
            "Option<Vec<u8>>",
            "std::collections::HashMap<String, (u32, f64)>",
            "Result<[u8; 4], Box<dyn Error + Send + Sync>>",
            "Box<dyn Fn(u8) -> u8>",
            "Box<dyn Iterator<Item = u8>>",
            "&'static str",
            "r#type",
        ] {
            assert_eq!(text(&ty(written)), written);
        }
    }

    #[test]
    fn a_reference_has_an_owned_type() {
        for (reference, expected) in [
            ("&str", "String"),
            ("&'a mut Order", "Order"),
            ("&[&str]", "Vec<String>"),
            ("Option<&str>", "Option<String>"),
            ("&&Path", "PathBuf"),
        ] {
            assert_eq!(owned(&ty(reference)).map(|ty| text(&ty)).as_deref(), Some(expected));
        }
        assert!(owned(&ty("Option<String>")).is_none());
    }

    #[test]
    fn an_output_may_have_a_static_error() {
        for kept in ["Result<u8, &'static str>", "Outcome<u8>", "HashMap<u8, u8>"] {
            assert!(owned_output(&ty(kept)).is_none(), "{kept}");
        }
        for refused in ["&str", "Result<&str, u8>", "Vec<&str>", "HashMap<u8, &str>"] {
            assert!(owned_output(&ty(refused)).is_some(), "{refused}");
        }
    }

    #[test]
    fn self_is_the_struct() {
        let target = syn::parse_str("flows::Order").unwrap();
        let named = without_self(&ty("Option<(Self, Self::Item)>"), &target);
        assert_eq!(text(&named), "Option<(flows::Order, flows::Order::Item)>");
    }
}
