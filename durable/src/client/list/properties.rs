//! Random filters and values, read as the server reads them.
//!
//! The model follows the tokenizer of the server (1.32), with its comments, and its names with `@` that
//! contain quotes. This crate's check doesn't know them, it refuses them.

use std::time::Duration;

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;

use super::Query;
use super::filter;

const BUDGET: Duration = Duration::from_millis(500);

const PIECES: [&str; 32] = [
    "'", "''", "\"", "`", "``", "\\", "\\'", "(", ")", ") OR (", "--", "-", "/*", "*/", "/", "//",
    "#", "@", "@@", "@@a'", "x'", "b'", ";", "\n", "\0", " ", "A", " = ", "1", ".5e3", "ü", "?",
];

fn text(u: &mut Unstructured<'_>, pieces: usize) -> arbitrary::Result<String> {
    let count = u.int_in_range(0..=pieces)?;
    let mut text = String::new();
    for _ in 0..count {
        if u.ratio(1, 16)? {
            text.push(u.arbitrary()?);
        } else {
            text.push_str(u.choose(&PIECES)?);
        }
    }
    Ok(text)
}

#[derive(Debug, PartialEq)]
enum Token {
    Text(String),
    Name(String),
    Sign(char),
}

/// The tokens of a query; `None` if the server refuses it, or sees a comment.
fn tokens(query: &str) -> Option<Vec<Token>> {
    let mut characters = query.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(first) = characters.next() {
        let next = characters.peek().copied();
        match (first, next) {
            (' ' | '\n' | '\r' | '\t', _) => {}
            ('\'' | '"', _) => tokens.push(Token::Text(string(first, &mut characters)?)),
            ('`', _) => tokens.push(Token::Name(name(&mut characters)?)),
            ('-', Some('-')) | ('/', Some('/' | '*')) | ('#', _) => return None,
            (letter, _) if letter.is_ascii_alphanumeric() || "_@.".contains(letter) => {
                let variable = letter == '@' && next == Some('@');
                let mut word = letter.to_string();
                let of_word = |c: &char| {
                    c.is_ascii_alphanumeric()
                        || "_@.".contains(*c)
                        || (variable && "'\"`".contains(*c))
                };
                while let Some(letter) = characters.next_if(of_word) {
                    word.push(letter);
                }
                tokens.push(Token::Name(word));
            }
            (sign, _) => tokens.push(Token::Sign(sign)),
        }
    }
    Some(tokens)
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn string(quote: char, characters: &mut Characters<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match characters.next()? {
            '\\' => text.push(characters.next()?),
            end if end == quote => match characters.next_if_eq(&quote) {
                Some(doubled) => text.push(doubled),
                None => return Some(text),
            },
            other => text.push(other),
        }
    }
}

fn name(characters: &mut Characters<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match characters.next()? {
            '`' => match characters.next_if_eq(&'`') {
                Some(doubled) => text.push(doubled),
                None => return Some(text),
            },
            other => text.push(other),
        }
    }
}

/// The deepest and the last number of open parentheses, or `None` if one was closed too often.
fn depth(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for token in tokens {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    Some(depth)
}

#[test]
fn no_filter_lifts_the_other_conditions() {
    arbtest(|u| {
        let filter = text(u, 24)?;
        if filter::check(&filter).is_ok() {
            // The server may refuse it for other reasons, and then it finds nothing.
            if let Some(tokens) = tokens(&filter) {
                assert_eq!(depth(&tokens), Some(0), "{filter:?}");
            } else {
                panic!("the server reads {filter:?} in another way");
            }
        }
        Ok(())
    })
    .budget(BUDGET)
    .run();
}

#[test]
fn the_server_reads_values_and_names_as_they_were_given() {
    arbtest(|u| {
        let (key, value) = (text(u, 6)?, text(u, 12)?);
        let mut query = Query::default();
        query.equals("WorkflowType", "Order");
        query.equals(&key, &value);
        if let Ok(text) = query.checked() {
            let expected = [
                Token::Name("WorkflowType".to_owned()),
                Token::Sign('='),
                Token::Text("Order".to_owned()),
                Token::Name("AND".to_owned()),
                Token::Name(key),
                Token::Sign('='),
                Token::Text(value),
            ];
            assert_eq!(tokens(&text).as_deref(), Some(expected.as_slice()), "{text:?}");
        }
        Ok(())
    })
    .budget(BUDGET)
    .run();
}
