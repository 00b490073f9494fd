//! Reads `key = value` and `key(..)` lists by a table of keys, and goes on after a mistake, so that
//! each entry is judged by itself.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Token};

use super::form::Form;
use super::keys::{Key, Kind, RETRY_KEYS};
use super::values;
use crate::diagnostics::{Errors, err, list, nearest};
use crate::model::{Setting, Value};

/// The entries of an annotation.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Those that could be read.
    pub(crate) settings: Vec<Setting>,
    /// All known keys that were written, or were meant, whether or not they could be read.
    mentioned: Vec<&'static str>,
}

impl Arguments {
    /// Returns true if the key was written, even if its value could not be read.
    pub(crate) fn mention(&self, key: &str) -> bool {
        self.mentioned.contains(&key)
    }
}

/// Reads the entries that can be read; the others become errors.
pub(crate) fn read(tokens: TokenStream, keys: &[Key], errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    for entry in split(tokens) {
        let read =
            |input: ParseStream<'_>| read_entry(input, keys, &mut arguments.mentioned, errors);
        let result = read.parse2(entry);
        let Some(setting) = errors.keep(result) else { continue };
        if arguments.settings.iter().any(|earlier| earlier.key == setting.key) {
            let key = &setting.key;
            errors.push(err!(key, "`{key}` is set twice; keep one of them"));
        } else {
            arguments.settings.push(setting);
        }
    }
    arguments
}

/// Splits at the commas that are outside of parentheses, brackets and braces.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut entries = vec![TokenStream::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => entries.push(TokenStream::new()),
            token => entries.last_mut().into_iter().for_each(|entry| entry.extend([token.clone()])),
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}

/// One entry.
fn read_entry(
    input: ParseStream<'_>,
    keys: &[Key],
    mentioned: &mut Vec<&'static str>,
    errors: &mut Errors,
) -> syn::Result<Setting> {
    let start = input.fork();
    let Ok(ident) = Ident::parse_any(input) else {
        let rest: TokenStream = start.parse()?;
        let _: TokenStream = input.parse()?;
        let known = list(keys.iter().map(|key| key.name));
        return Err(err!(rest, "this is no `key = value`; known keys: {known}"));
    };
    let Some(key) = keys.iter().find(|key| ident == key.name) else {
        let meant = nearest(&ident.to_string(), keys.iter().map(|key| key.name));
        mentioned.extend(meant);
        return Err(unknown(&ident, meant, keys));
    };
    mentioned.push(key.name);
    if input.is_empty() {
        if matches!(key.kind, Kind::Flag) {
            return Ok(Setting { key: ident, value: Value::Flag });
        }
        let (name, example) = (key.name, key.example);
        return Err(err!(ident, "`{name}` needs a value; write `{example}`"));
    }
    let assigned = input.parse::<Option<Token![=]>>()?.is_some();
    let form = Form { key, tokens: input.fork().parse()? };
    let value = match (key.kind, assigned) {
        (Kind::Retry, false) => {
            let group: Group = form.read(input)?;
            Value::Retry(read(group.stream(), RETRY_KEYS, errors).settings)
        }
        (Kind::Retry, true) | (_, false) => return Err(form.wrong()),
        (_, true) => values::read(input, &form)?,
    };
    let rest: TokenStream = input.parse()?;
    if !rest.is_empty() {
        let name = key.name;
        let message = "write a comma before the next key";
        return Err(err!(rest, "this does not belong to `{name}`; {message}"));
    }
    Ok(Setting { key: ident, value })
}

fn unknown(ident: &Ident, meant: Option<&str>, keys: &[Key]) -> syn::Error {
    let meant = meant.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
    let known = list(keys.iter().map(|key| key.name));
    err!(ident, "unknown key `{ident}`; {meant}known keys: {known}")
}
