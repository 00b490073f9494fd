//! Reads the value of a key, by the kind of the key.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{ExprPath, Lit, LitInt, LitStr, Path, Token};

use super::form::Form;
use super::keys::{Key, Kind};
use super::{duration, template};
use crate::diagnostics::{err, list, nearest};
use crate::model::{TimeSkipping, Value};

/// The longest id or name that a Temporal server takes, as it is configured by default.
const LONGEST_NAME: usize = 1000;

/// Reads the value of a key that stands behind `=`.
pub(crate) fn read(input: ParseStream<'_>, form: &Form<'_>) -> syn::Result<Value> {
    let key = form.key;
    Ok(match key.kind {
        Kind::Name => Value::Name(name(form.read(input)?)?),
        Kind::Text => Value::Text(form.read(input)?),
        Kind::Template => Value::Template(template::read(&form.read(input)?)?),
        Kind::Timeout => Value::Duration(duration::read(&form.read(input)?)?),
        Kind::Interval => Value::Duration(interval(&form.read(input)?, key)?),
        Kind::Count => Value::Count(count(&form.read(input)?, key, 0)?),
        Kind::Priority => Value::Priority(count(&form.read(input)?, key, 1)?),
        Kind::Coefficient => Value::Coefficient(coefficient(&form.read(input)?, form)?),
        Kind::Texts => Value::Texts(form.read::<Texts>(input)?.0),
        Kind::TimeSkipping => Value::TimeSkipping(time_skipping(&form.read(input)?)?),
        Kind::Function => Value::Function(form.read::<ExprPath>(input)?),
        Kind::Runtime => Value::Runtime(form.read_with(input, Path::parse_mod_style)?),
        Kind::Flag | Kind::Retry => return Err(form.wrong()),
    })
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

/// The prefixes of the server's own queues and handlers.
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
