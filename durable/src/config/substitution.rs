//! `${V}`, `${V:-default}` and `${V:?message}` in a value.
//!
//! It works on values after the file was taken apart, so nothing in a variable can change the file's
//! structure, and a `#` in a secret is a `#`.

/// A value with its variables replaced.
#[derive(Debug, PartialEq)]
pub(super) struct Substituted {
    pub(super) text: String,
    /// Whether it names variables.
    pub(super) is_made: bool,
    /// The variables whose values are in it.
    pub(super) variables: Vec<String>,
}

/// Replaces the variables of a text.
///
/// `$${` stands for `${`; every other `$` stands for itself.
///
/// # Errors
/// Each variable that is not set, and whatever is no substitution, in words.
pub(super) fn substitute(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Substituted, Vec<String>> {
    let mut out = Substituted { text: String::new(), is_made: false, variables: Vec::new() };
    let mut problems = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("$${") {
            out.text.push_str("${");
            rest = &rest[3..];
        } else if let Some(inner) = rest.strip_prefix("${") {
            let Some(end) = closing(inner) else {
                problems.push(UNCLOSED.to_owned());
                rest = "";
                break;
            };
            replace(&inner[..end], variable, &mut out, &mut problems);
            rest = &inner[end + 1..];
        } else {
            out.text.push('$');
            rest = &rest[1..];
        }
    }
    out.text.push_str(rest);
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

const UNCLOSED: &str = "a `${` has no `}`; write `$${` for the characters themselves, and put a value \
                        with ` #` or `: ` in quotes, which YAML would otherwise end there";

/// Where the `}` stands that ends a substitution, past those of substitutions within.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in inner.char_indices() {
        match character {
            '{' if inner[..at].ends_with('$') => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn replace(
    inner: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    out: &mut Substituted,
    problems: &mut Vec<String>,
) {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (name, operation) = inner.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        problems.push(format!("`${{{inner}}}` does not begin with the name of a variable"));
        return;
    }
    let value = variable(name);
    let full = value.clone().filter(|value| !value.is_empty());
    let mut insert = |value: String| {
        out.text.push_str(&value);
        out.variables.push(name.to_owned());
    };
    out.is_made = true;
    if operation.is_empty() {
        match value {
            Some(value) => insert(value),
            None => problems.push(format!(
                "the environment variable {name} is not set; set it, or give a default with \
                 `${{{name}:-default}}`"
            )),
        }
    } else if let Some(default) = operation.strip_prefix(":-") {
        match full {
            Some(value) => insert(value),
            None => match substitute(default, variable) {
                Ok(default) => {
                    out.text.push_str(&default.text);
                    out.variables.extend(default.variables);
                }
                Err(of_default) => problems.extend(of_default),
            },
        }
    } else if let Some(message) = operation.strip_prefix(":?") {
        match full {
            Some(value) => insert(value),
            None if message.is_empty() => {
                problems.push(format!("the environment variable {name} is not set, or empty"));
            }
            None => problems
                .push(format!("the environment variable {name} is not set, or empty: {message}")),
        }
    } else {
        problems.push(format!(
            "`${{{inner}}}` is no substitution; there is `${{{name}}}`, `${{{name}:-default}}` and \
             `${{{name}:?message}}`"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_ada(text: &str) -> Result<Substituted, Vec<String>> {
        substitute(text, &|name| match name {
            "NAME" => Some("ada".to_owned()),
            "HARD" => Some("pa#ss ${NAME} $x: 'y'".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    fn text(text: &str) -> String {
        with_ada(text).unwrap().text
    }

    #[test]
    fn variables_are_replaced_wherever_they_stand() {
        assert_eq!(text("${NAME}"), "ada");
        assert_eq!(text("a ${NAME} b ${NAME}!"), "a ada b ada!");
        assert_eq!(text("${NONE:-x}/${NAME:-x}/${EMPTY:-x}/${EMPTY}"), "x/ada/x/");
        assert_eq!(text("${NONE:-${OTHER:-${NAME}}-z}"), "ada-z");
        assert_eq!(text("${NONE:-}"), "");
        assert_eq!(text("${NONE:-a:b#c d}"), "a:b#c d");
        assert_eq!(text("${NAME:?must be set}"), "ada");
        assert_eq!(with_ada("${NONE:-${NAME}}").unwrap().variables, ["NAME"]);
    }

    #[test]
    fn what_a_variable_holds_is_not_read_again() {
        assert_eq!(text("<${HARD}>"), "<pa#ss ${NAME} $x: 'y'>");
    }

    #[test]
    fn a_dollar_is_a_dollar() {
        for plain in ["$", "pa$word", "$$", "$5", "a$$b", "$NAME", "100$"] {
            assert_eq!(text(plain), plain);
        }
        assert_eq!(text("$${NAME}"), "${NAME}");
        assert_eq!(text("$${NAME} is ${NAME}"), "${NAME} is ada");
    }

    #[test]
    fn every_mistake_is_told_with_what_to_write() {
        let problems = |text: &str| with_ada(text).unwrap_err().join("\n");
        assert!(problems("${NONE}").contains("`${NONE:-default}`"));
        assert!(
            problems("${NONE:?the key of the shop}").ends_with("or empty: the key of the shop")
        );
        assert!(problems("${EMPTY:?}").contains("EMPTY is not set, or empty"));
        assert!(problems("${NAME").contains("has no `}`"));
        assert!(problems("${NAME-x}").contains("`${NAME:-default}`"));
        assert!(problems("${}").contains("name of a variable"));
        assert!(problems("${1A}").contains("name of a variable"));
        assert_eq!(with_ada("${A} ${B} ${C-x}").unwrap_err().len(), 3);
        assert!(problems("${A:-${B}}").contains("variable B is not set"));
    }
}
