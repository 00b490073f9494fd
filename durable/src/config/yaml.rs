//! A YAML text as a tree in which every node has its line.
//!
//! The parser is `saphyr-parser`. The tree is our own, because a tree of values has lost the lines, and
//! whether `5` was written with quotes.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// The deepest nesting of lists and sections. The deepest key of the configuration has five levels.
const DEPTH_LIMIT: usize = 32;

/// A node of the tree.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Text. `is_plain` is `true` if it was written without quotes.
    Scalar {
        text: String,
        is_plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Name, Node)>),
}

/// The name of an entry of a map.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A syntax error.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) problem: String,
}

/// Parses a text. An empty text is `None`.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Malformed> {
    let mut reader = Reader { parser: Parser::new_from_str(text) };
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(root.filter(|node: &Node| !node.is_empty())),
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
            _ if root.is_some() => {
                return Err(malformed(&span, "unexpected second document; a file has one"));
            }
            event => root = Some(reader.node(event, &span, 0)?),
        }
    }
}

impl Node {
    /// Returns whether the node is YAML's null, which sets nothing.
    pub(super) fn is_empty(&self) -> bool {
        let Content::Scalar { text, is_plain: true } = &self.content else { return false };
        matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Returns the kind of the node, for messages.
    pub(super) fn description(&self) -> &'static str {
        match self.content {
            Content::Scalar { .. } => "a value",
            Content::List(_) => "a list",
            Content::Map(_) => "a section",
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Malformed> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) if error.info().contains("recursion limit") => {
                Err(Malformed { line: error.marker().line(), problem: too_deep() })
            }
            Some(Err(error)) => Err(Malformed {
                line: error.marker().line(),
                problem: format!(
                    "invalid YAML: {}; a value with `: `, ` #`, `{{` or `[` needs quotes",
                    error.info()
                ),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Reads a node. `depth` is the number of nodes around it.
    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Malformed> {
        if depth > DEPTH_LIMIT {
            return Err(malformed(span, &too_deep()));
        }
        let line = span.start.line();
        let content = match event {
            Event::Scalar(text, style, _, None) => {
                Content::Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain }
            }
            Event::SequenceStart(_, None) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Content::List(items),
                        (event, span) => items.push(self.node(event, &span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(_, None) => Content::Map(self.map(depth)?),
            Event::Alias(_) => {
                return Err(malformed(
                    span,
                    "aliases (`*name`) are not supported; repeat the value",
                ));
            }
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                return Err(malformed(span, "tags (`!name`) are not supported; remove it"));
            }
            _ => return Err(malformed(span, "invalid YAML")),
        };
        Ok(Node { line, content })
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Name, Node)>, Malformed> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let text = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(malformed(&span, "expected a word as the name of a key")),
            };
            let name = Name { line: span.start.line(), text };
            let (event, span) = self.next()?;
            entries.push((name, self.node(event, &span, depth + 1)?));
        }
    }
}

fn too_deep() -> String {
    format!("lists and sections are nested over {DEPTH_LIMIT} deep")
}

fn malformed(span: &Span, problem: &str) -> Malformed {
    Malformed { line: span.start.line(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_knows_its_line() {
        let text = "a: 1\nb:\n  c: \"x # y\" # said\n  d: [p, q]\n";
        let Content::Map(entries) = parse(text).unwrap().unwrap().content else { panic!() };
        assert_eq!((entries[0].0.line, entries[0].1.line), (1, 1));
        let Content::Map(inner) = &entries[1].1.content else { panic!() };
        assert_eq!((inner[0].0.line, inner[1].0.line), (3, 4));
        let Content::Scalar { text, is_plain } = &inner[0].1.content else { panic!() };
        assert_eq!((text.as_str(), *is_plain), ("x # y", false));
        assert!(matches!(&inner[1].1.content, Content::List(items) if items.len() == 2));
    }

    #[test]
    fn nothing_is_nothing() {
        for empty in ["", "\n", "# only words\n", "---\n", "~", "null"] {
            assert!(parse(empty).unwrap().is_none(), "{empty:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let lists = |depth: usize| format!("a:\n  {}1{}", "[".repeat(depth), "]".repeat(depth));
        let maps = |depth: usize| format!("{}1{}", "{a: ".repeat(depth), "}".repeat(depth));
        let lines = |depth: usize| {
            (0..depth).map(|at| " ".repeat(at) + "a:").collect::<Vec<_>>().join("\n")
        };
        let dashes = |depth: usize| format!("{}1", "- ".repeat(depth));
        assert!(parse(&lists(DEPTH_LIMIT - 1)).is_ok());
        assert!(parse(&maps(DEPTH_LIMIT)).is_ok());
        assert!(parse(&lines(DEPTH_LIMIT)).is_ok());
        for depth in [DEPTH_LIMIT + 1, 200, 5_000] {
            for text in [lists(depth), maps(depth), lines(depth), dashes(depth)] {
                let problem = parse(&text).unwrap_err().problem;
                assert!(problem.contains("over 32 deep"), "{depth}: {problem}");
            }
        }
        // Never closed, so that the parser has to keep all of it.
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"{".repeat(100_000)).is_err());
    }

    #[test]
    fn what_is_not_taken_is_refused_with_its_line() {
        for (text, line, word) in [
            ("a: 1\nb: c: d\n", 2, "YAML"),
            ("a: &x 1\nb: *x\n", 2, "alias"),
            ("a: 1\nb: !secret x\n", 2, "tag"),
            ("a: 1\n---\nb: 2\n", 3, "second document"),
            ("? [a]\n: b\n", 1, "word"),
            ("a:\n\t- b\n", 2, "YAML"),
        ] {
            let malformed = parse(text).unwrap_err();
            assert!(malformed.problem.contains(word), "{text:?}: {}", malformed.problem);
            assert_eq!(malformed.line, line, "{text:?}: {}", malformed.problem);
        }
    }
}
