//! The check of a filter that the caller has written.
//!
//! A filter is sent in parentheses, so that it can only narrow the other conditions. One that closes the
//! parentheses itself could widen them: `A = 1) OR (B = 2`. The check reads quotes as the server (1.32)
//! does, and refuses everything in which the server could see other quotes than this check.

/// The characters that the server reads as the begin of a comment, of a variable or of another query.
const UNSUPPORTED: [&str; 6] = ["--", "//", "/*", "#", "@", ";"];

/// Server 1.32 refuses an order in its standard visibility, and in any store an order can't be a part of a
/// condition.
const ORDERED: &str = "`ORDER BY` isn't supported; remove it, and sort what is returned";

/// Returns the problem of a filter that isn't a single condition.
pub(super) fn check(filter: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    let mut unquoted = String::new();
    let mut rest = filter;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        unquoted.push(first);
        rest = match first {
            '\'' | '"' | '`' => after_quoted(first, after)
                .ok_or_else(|| format!("missing `{first}` at the end of a quoted text"))?,
            '(' => {
                depth += 1;
                after
            }
            ')' => {
                depth = depth.checked_sub(1).ok_or("a `)` without `(`; remove it")?;
                after
            }
            _ => {
                if let Some(found) = UNSUPPORTED.iter().find(|text| rest.starts_with(**text)) {
                    return Err(format!("unexpected `{found}`; put it in quotes, or remove it"));
                }
                after
            }
        };
    }
    if depth > 0 {
        return Err(format!("{depth} `(` without `)`; add what is missing"));
    }
    let words: Vec<_> = unquoted.split_whitespace().map(str::to_ascii_lowercase).collect();
    if words.windows(2).any(|words| words == ["order", "by"]) {
        return Err(ORDERED.to_owned());
    }
    if filter.trim().is_empty() {
        return Err("the filter is empty; leave it out".to_owned());
    }
    Ok(())
}

/// Returns the text after a quoted one. A doubled quote stands for a quote, and outside of backticks a
/// backslash escapes the next character.
fn after_quoted(quote: char, text: &str) -> Option<&str> {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote != '`' {
            characters.next()?;
        } else if character == quote {
            if !text[at + 1..].starts_with(quote) {
                return Some(&text[at + 1..]);
            }
            characters.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_conditions() {
        for filter in [
            "Amount > 3 OR Amount < 1",
            "(A = 1 OR (B = 2 AND C = -3))",
            "A = ')' AND B = \"(\" AND `C )` = 1",
            r"A = 'it\'s' AND B = 'it''s' AND C = '\\'",
            "A = '-- # @ ; /*'",
            "A = ' ORDER BY B'",
            "Order = 1 AND By = 2",
            "A BETWEEN 1 AND 2 AND B IS NOT NULL",
            "A = 'ü)' AND B != 1e-3",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn refuses_what_is_no_single_condition() {
        for (filter, problem) in [
            ("A = 1) OR (B = 2", "`)` without `(`"),
            (")(", "`)` without `(`"),
            ("(A = 1", "1 `(` without `)`"),
            ("A = 'x", "missing `'`"),
            (r"A = 'x\'", "missing `'`"),
            ("A = 'x''", "missing `'`"),
            ("A = \"x'", "missing `\"`"),
            (r"`A\` = 1) OR (`B` = 2", "`)` without `(`"),
            ("A = 1 /* ' */ ) OR (1 = 1 /* ' */", "unexpected `/*`"),
            ("A = 1 -- '\n) OR (B = 2 -- '", "unexpected `--`"),
            ("A = 1 # '\n) OR (B = 2 # '", "unexpected `#`"),
            ("A = 1 // '\n) OR (B = 2 // '", "unexpected `//`"),
            ("@@a' ) OR (B = 'x'", "unexpected `@`"),
            ("A = 1; B = 2", "unexpected `;`"),
            ("A = 1 ORDER BY B", "`ORDER BY` isn't supported"),
            ("(A = 1) order\nBy B DESC", "`ORDER BY` isn't supported"),
            (" ", "the filter is empty"),
        ] {
            let found = check(filter).expect_err(filter);
            assert!(found.contains(problem), "{filter}: {found}");
        }
    }
}
