//! Id templates such as `"order-{order_id}"`.
//!
//! Which fields there are is rustc's to say: the template becomes field accesses with the span of
//! the literal.

use syn::LitStr;

use crate::diagnostics::err;
use crate::model::{Piece, Template};

pub(crate) fn read(literal: &LitStr) -> syn::Result<Template> {
    let pieces = pieces(&literal.value()).map_err(|problem| err!(literal, "{problem}"))?;
    Ok(Template { pieces, span: literal.span() })
}

fn pieces(template: &str) -> Result<Vec<Piece>, String> {
    if template.trim().is_empty() {
        return Err("the id is empty; write a template such as \"order-{order_id}\", or leave \
                    `id` out, and each workflow gets a UUID"
            .to_owned());
    }
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(brace) = rest.find(['{', '}']) {
        text.push_str(&rest[..brace]);
        let (first, after) = rest[brace..].split_at(1);
        rest = after;
        if let Some(after) = after.strip_prefix(first) {
            text.push_str(first);
            rest = after;
            continue;
        }
        if first == "}" {
            return Err("this `}` closes nothing; write `}}` for a brace in the id".to_owned());
        }
        let Some(end) = rest.find('}') else {
            return Err(format!(
                "`{{{rest}` has no closing `}}`; write `{{name}}` for an input or a field of the only \
                 one, or `{{{{` for a brace in the id"
            ));
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Placeholder(members(&rest[..end])?));
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn members(placeholder: &str) -> Result<Vec<String>, String> {
    if placeholder.is_empty() {
        return Ok(Vec::new());
    }
    let members: Vec<_> = placeholder.split('.').map(str::to_owned).collect();
    if members.iter().all(|member| is_member(member)) {
        return Ok(members);
    }
    Err(format!(
        "`{{{placeholder}}}` names no input and no field; write `{{name}}` for an input or a field of \
         the only one, `{{name.field}}` for a field of it, or `{{}}` for the whole of the only input"
    ))
}

fn is_member(member: &str) -> bool {
    // A field called `r#type` is written `{type}`, too.
    let raw = format!("r#{member}");
    let is_name =
        [member, &raw].into_iter().any(|name| syn::parse_str::<syn::Member>(name).is_ok());
    is_name && !member.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn field(members: &[&str]) -> Piece {
        Piece::Placeholder(members.iter().map(|&member| member.to_owned()).collect())
    }

    #[test]
    fn a_template_is_text_and_fields() {
        assert_eq!(pieces("order-{order_id}"), Ok(vec![text("order-"), field(&["order_id"])]));
        assert_eq!(
            pieces("{a.b}-{0}{}"),
            Ok(vec![field(&["a", "b"]), text("-"), field(&["0"]), field(&[])])
        );
        assert_eq!(pieces("{type}{r#in}"), Ok(vec![field(&["type"]), field(&["r#in"])]));
        assert_eq!(pieces("one-at-a-time"), Ok(vec![text("one-at-a-time")]));
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(pieces("{{{a}}}"), Ok(vec![text("{"), field(&["a"]), text("}")]));
    }

    #[test]
    fn a_malformed_template_is_refused_with_what_to_write() {
        for (template, expected) in [
            ("order-{order_id", "`{order_id` has no closing `}`"),
            ("order-}", "this `}` closes nothing"),
            ("{a b}", "`{a b}` names no input and no field"),
            ("{a..b}", "`{a..b}` names no input and no field"),
            ("{a:>4}", "`{a:>4}` names no input and no field"),
            (" ", "the id is empty"),
        ] {
            let message = pieces(template).unwrap_err();
            assert!(message.starts_with(expected), "{template}: {message}");
        }
    }

    /// Returns the template that gives these pieces.
    fn written(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Piece::Placeholder(members) => format!("{{{}}}", members.join(".")),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn reads_back_every_template_that_it_accepts() {
        const PIECES: [&str; 14] = [
            "{", "}", "{{", "}}", "{}", "{id}", "{a.b.0}", "order-", " ", ".", "r#type", "0", "ü",
            "\0",
        ];
        arbtest::arbtest(|u| {
            let mut template = String::new();
            for _ in 0..u.int_in_range(0..=16)? {
                let repeated = if u.ratio(1, 64)? { 5_000 } else { 1 };
                template.push_str(&u.choose(&PIECES)?.repeat(repeated));
            }
            if let Ok(read) = pieces(&template) {
                assert_eq!(pieces(&written(&read)).as_ref(), Ok(&read), "{template}");
            }
            Ok(())
        })
        .budget_ms(500)
        .run();
    }
}
