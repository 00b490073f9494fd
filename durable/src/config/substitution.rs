//! Substitution of variables in a value: `${V}`, `${V:-default}` and `${V:?message}`.
//!
//! Values are replaced after the file was parsed, so the content of a variable can't change the structure
//! of the file, and a `#` in a secret stays.

/// The deepest nesting of substitutions in defaults.
const DEPTH_LIMIT: usize = 16;

/// A value with its variables replaced.
#[derive(Debug, PartialEq)]
pub(super) struct Substituted {
    pub(super) text: String,
    /// `true` if the value has substitutions.
    pub(super) is_made: bool,
    /// The variables that are part of the text.
    pub(super) variables: Vec<String>,
}

/// A substitution that could not be replaced.
#[derive(Debug, PartialEq)]
pub(super) struct Unreplaced {
    pub(super) problem: String,
    /// `true` if the variable isn't set, `false` if the substitution is malformed.
    pub(super) is_missing: bool,
}

/// Replaces the variables of a text.
///
/// `$${` stands for `${`; every other `$` stands for itself.
///
/// # Errors
/// Every variable that isn't set, and every malformed substitution.
pub(super) fn substitute(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Substituted, Vec<Unreplaced>> {
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
            let end = match closing(inner) {
                Ok(end) => end,
                Err(problem) => {
                    problems.push(malformed(problem));
                    rest = "";
                    break;
                }
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

fn missing(problem: String) -> Unreplaced {
    Unreplaced { problem, is_missing: true }
}

fn malformed(problem: String) -> Unreplaced {
    Unreplaced { problem, is_missing: false }
}

const UNCLOSED: &str = "missing `}` after `${`; write `$${` for the characters themselves, and put a \
                        value with ` #` or `: ` in quotes, because YAML ends it there";

/// Finds the `}` that ends a substitution, behind nested ones.
fn closing(inner: &str) -> Result<usize, String> {
    let mut depth = 0_usize;
    let mut after_dollar = false;
    for (at, character) in inner.char_indices() {
        match character {
            '{' if after_dollar => depth += 1,
            '}' if depth == 0 => return Ok(at),
            '}' => depth -= 1,
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            return Err(format!("substitutions are nested over {DEPTH_LIMIT} deep"));
        }
        after_dollar = character == '$';
    }
    Err(UNCLOSED.to_owned())
}

fn replace(
    inner: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    out: &mut Substituted,
    problems: &mut Vec<Unreplaced>,
) {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (name, operation) = inner.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        // The text is not shown. It may be the default of a secret.
        let problem = "invalid substitution: expected the name of a variable after `${`";
        problems.push(malformed(problem.to_owned()));
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
            None => problems.push(missing(format!(
                "the environment variable {name} is not set; set it, or give a default with \
                 `${{{name}:-default}}`"
            ))),
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
        if let Some(value) = full {
            insert(value);
        } else {
            let separator = if message.is_empty() { "" } else { ": " };
            problems.push(missing(format!(
                "the environment variable {name} is not set, or empty{separator}{message}"
            )));
        }
    } else {
        problems.push(malformed(format!(
            "invalid substitution of {name}; write `${{{name}}}`, `${{{name}:-default}}` or \
             `${{{name}:?message}}`"
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_ada(text: &str) -> Result<Substituted, Vec<Unreplaced>> {
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
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| format!("{}x{}", "${NONE:-".repeat(depth), "}".repeat(depth));
        assert_eq!(text(&nested(DEPTH_LIMIT + 1)), "x");
        for depth in [DEPTH_LIMIT + 2, 100_000] {
            let problems = with_ada(&nested(depth)).unwrap_err();
            assert!(problems[0].problem.contains("over 16 deep"), "{problems:?}");
            assert!(!problems[0].is_missing);
        }
        assert_eq!(with_ada(&"${".repeat(100_000)).unwrap_err().len(), 1);
    }

    #[test]
    fn every_mistake_is_told_with_what_to_write() {
        let problems = |text: &str| {
            let problems = with_ada(text).unwrap_err();
            problems.into_iter().map(|it| it.problem).collect::<Vec<_>>().join("\n")
        };
        assert!(problems("${NONE}").contains("`${NONE:-default}`"));
        assert!(
            problems("${NONE:?the key of the shop}").ends_with("or empty: the key of the shop")
        );
        assert!(problems("${EMPTY:?}").contains("EMPTY is not set, or empty"));
        assert!(problems("${NAME").contains("missing `}`"));
        assert!(problems("${NAME-x}").contains("`${NAME:-default}`"));
        assert!(problems("${}").contains("name of a variable"));
        assert!(problems("${1A}").contains("name of a variable"));
        assert_eq!(with_ada("${A} ${B} ${C-x}").unwrap_err().len(), 3);
        assert!(problems("${A:-${B}}").contains("variable B is not set"));
    }
}
