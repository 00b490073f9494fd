//! The arguments of a macro. They are read as expressions if possible. Otherwise paths are looked for
//! in the tokens.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::Visit as _;
use syn::{Expr, Macro, Token};

use super::{Lint, activities, table};

/// Looks into a macro.
pub(super) fn visit(lint: &mut Lint, macro_: &Macro) {
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    match parser.parse2(macro_.tokens.clone()) {
        Ok(arguments) => arguments.iter().for_each(|argument| lint.visit_expr(argument)),
        Err(_) => scan(lint, macro_.tokens.clone()),
    }
}

/// A path that is being read.
#[derive(Default)]
struct Reading {
    segments: Vec<Ident>,
    colons: usize,
    /// True behind a dot, where a field or method begins and not a path.
    after_dot: bool,
}

fn scan(lint: &mut Lint, tokens: TokenStream) {
    let mut reading = Reading::default();
    for token in tokens {
        match token {
            TokenTree::Ident(_) if reading.after_dot => reading = Reading::default(),
            TokenTree::Ident(ident) => {
                if reading.colons != 2 {
                    call(lint, &std::mem::take(&mut reading).segments);
                }
                reading.segments.push(ident);
                reading.colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => reading.colons += 1,
            TokenTree::Punct(punct) => {
                let Reading { segments, after_dot, .. } = std::mem::take(&mut reading);
                // In `a != b` it is joined to what follows.
                if punct.as_char() == '!' && punct.spacing() == Spacing::Alone {
                    macro_(lint, &segments);
                } else {
                    call(lint, &segments);
                }
                // The second dot of a range is followed by what it reaches to.
                reading.after_dot = punct.as_char() == '.' && !after_dot;
            }
            TokenTree::Group(group) => {
                let segments = std::mem::take(&mut reading).segments;
                call(lint, &segments);
                if group.delimiter() == Delimiter::Parenthesis {
                    activities::refuse_tokens(lint, &segments, &quote!(#(#segments)::*));
                }
                scan(lint, group.stream());
            }
            TokenTree::Literal(_) => call(lint, &std::mem::take(&mut reading).segments),
        }
    }
    call(lint, &reading.segments);
}

fn call(lint: &mut Lint, segments: &[Ident]) {
    let names = segments.iter().map(ToString::to_string).collect();
    let resolved = lint.scopes.resolve_names(names);
    lint.call(&resolved);
    if let Some(form) = table::call(&resolved) {
        lint.refuse(form, &quote!(#(#segments)::*));
    }
}

fn macro_(lint: &mut Lint, segments: &[Ident]) {
    if !segments.is_empty()
        && let Ok(path) = syn::parse2(quote!(#(#segments)::*))
    {
        lint.macro_path(&path);
    }
}
