//! Reads the value of a key, by the kind of the key.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{ExprPath, Lit, LitInt, LitStr, Path, Token};

use super::keys::{Key, Kind, RETRY_KEYS};
use super::{arguments, duration, template};
use crate::diagnostics::{Errors, err, list, nearest};
use crate::model::{TimeSkipping, Value};

/// The longest id or name that a Temporal server takes, as it is configured by default.
const LONGEST_NAME: usize = 1000;

/// Reads the value of a key that was followed by `=` or not.
pub(crate) fn read(
    input: ParseStream<'_>,
    key: &Key,
    assigned: bool,
    errors: &mut Errors,
) -> syn::Result<Value> {
    let form = Form { key, tokens: input.fork().parse()? };
    if assigned == matches!(key.kind, Kind::Retry) {
        return Err(form.wrong());
    }
    let value = match key.kind {
        Kind::Name => Value::Name(name(form.read(input)?)?),
        Kind::Text => Value::Text(form.read(input)?),
        Kind::Template => Value::Template(template::read(&form.read(input)?)?),
        Kind::Timeout => Value::Duration(duration::read(&form.read(input)?)?),
        Kind::Interval => Value::Duration(interval(&form.read(input)?, key)?),
        Kind::Count => Value::Count(count(&form.read(input)?, key, 0)?),
        Kind::Priority => Value::Priority(count(&form.read(input)?, key, 1)?),
        Kind::Coefficient => Value::Coefficient(coefficient(&form.read(input)?, &form)?),
        Kind::Texts => Value::Texts(form.read::<Texts>(input)?.0),
        Kind::Flag => return Err(form.wrong()),
        Kind::TimeSkipping => Value::TimeSkipping(time_skipping(&form.read(input)?)?),
        Kind::Function => Value::Function(form.read::<ExprPath>(input)?),
        Kind::Runtime => Value::Runtime(form.read_with(input, Path::parse_mod_style)?),
        Kind::Retry => {
            let group: proc_macro2::Group = form.read(input)?;
            Value::Retry(arguments::read(group.stream(), RETRY_KEYS, errors).settings)
        }
    };
    let rest: TokenStream = input.parse()?;
    if rest.is_empty() {
        return Ok(value);
    }
    Err(err!(rest, "this does not belong to `{}`; write a comma before the next key", key.name))
}

/// The form that the value of a key must have.
struct Form<'a> {
    key: &'a Key,
    tokens: TokenStream,
}

impl Form<'_> {
    fn read<T: Parse>(&self, input: ParseStream<'_>) -> syn::Result<T> {
        self.read_with(input, T::parse)
    }

    fn read_with<T>(
        &self,
        input: ParseStream<'_>,
        read: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        read(input).map_err(|_| self.wrong())
    }

    fn wrong(&self) -> syn::Error {
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

/// `["A", "B"]`.
struct Texts(Vec<LitStr>);

impl Parse for Texts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        syn::bracketed!(content in input);
        let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
        Ok(Self(texts.into_iter().collect()))
    }
}

/// A queue, or the name of a workflow, activity or handler.
fn name(literal: LitStr) -> syn::Result<LitStr> {
    let text = literal.value();
    let problem = if text.trim().is_empty() {
        "is empty".to_owned()
    } else if text.trim() != text {
        "starts or ends with white space".to_owned()
    } else if text.contains(char::is_control) {
        "contains a control character".to_owned()
    } else if let Some(reserved) = RESERVED.iter().find(|&&prefix| text.starts_with(prefix)) {
        format!("starts with `{reserved}`, which Temporal keeps for itself")
    } else if text.len() > LONGEST_NAME {
        format!("is longer than {LONGEST_NAME} bytes")
    } else {
        return Ok(literal);
    };
    Err(err!(
        literal,
        "this name {problem}; write a name of letters, digits, `-`, `_` and the like, such as \
         \"orders\""
    ))
}

/// How the server's own queues and handlers start.
const RESERVED: &[&str] =
    &["__temporal", "__stack_trace", "__enhanced_stack_trace", "/_sys/", "temporal-sys-"];

fn time_skipping(literal: &LitStr) -> syn::Result<TimeSkipping> {
    let text = literal.value();
    let known = TimeSkipping::ALL.map(TimeSkipping::written);
    TimeSkipping::ALL.into_iter().find(|skipping| skipping.written() == text).ok_or_else(|| {
        let meant = nearest(&text, known);
        let meant = meant.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        let known = list(known);
        err!(literal, "unknown time skipping {text:?}; {meant}known values: {known}")
    })
}

fn interval(literal: &LitStr, key: &Key) -> syn::Result<std::time::Duration> {
    let duration = duration::read(literal)?;
    if duration.is_zero() {
        return Err(err!(literal, "`{}` must be longer than zero", key.name));
    }
    Ok(duration)
}

fn count(literal: &LitInt, key: &Key, least: u32) -> syn::Result<u32> {
    let count = literal.base10_parse::<u32>().ok().filter(|&count| count >= least);
    let most = u32::try_from(i32::MAX).unwrap_or(u32::MAX);
    count.filter(|&count| count <= most && literal.suffix().is_empty()).ok_or_else(|| {
        let Key { name, example, .. } = key;
        err!(literal, "`{name}` takes a whole number from {least} to {most}; write `{example}`")
    })
}

fn coefficient(literal: &Lit, form: &Form<'_>) -> syn::Result<f64> {
    let number = match literal {
        Lit::Float(float) => float.base10_parse::<f64>(),
        Lit::Int(integer) => integer.base10_parse::<u32>().map(f64::from),
        _ => return Err(form.wrong()),
    };
    number.ok().filter(|number| *number >= 1.0 && number.is_finite()).ok_or_else(|| {
        err!(literal, "`{}` must be 1 or more, so that waits do not get shorter", form.key.name)
    })
}
