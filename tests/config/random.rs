//! Random configuration: every text is read or refused, and what was written is read back.

use std::fmt::Write as _;
use std::time::Duration;

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;

use crate::load;

const BUDGET: Duration = Duration::from_millis(1_000);

const PIECES: [&str; 48] = [
    "temporal:",
    "\n",
    "\n  ",
    "\n    ",
    "\n\t",
    "- ",
    "? ",
    ": ",
    ":",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    "\"",
    "\\",
    "#",
    " #",
    "&a ",
    "*a",
    "!t ",
    "!!str ",
    "|\n",
    ">-\n",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "<<: ",
    "~",
    "\u{feff}",
    "\0",
    "\r\n",
    "ü",
    "url: ",
    "namespace: ",
    "worker: ",
    "queues: ",
    "run_timeout_s: ",
    "1e999",
    "-1",
    "0.5",
    "true",
    "${A}",
    "${B:-",
    "${",
    "$${",
    "${A:?",
];

fn text(u: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let mut text = if u.arbitrary()? { "temporal:\n  ".to_owned() } else { String::new() };
    for _ in 0..u.int_in_range(0..=32)? {
        let repeated = if u.ratio(1, 64)? { u.int_in_range(2..=5_000)? } else { 1 };
        text.push_str(&u.choose(&PIECES)?.repeat(repeated));
    }
    Ok(text)
}

#[test]
fn reads_or_refuses_every_text() {
    arbtest(|u| {
        let text = text(u)?;
        if let Err(error) = load(&text, &[("A", "a: [${A}")]) {
            assert!(!error.problems.is_empty(), "{text}");
        }
        Ok(())
    })
    .budget(BUDGET)
    .run();
}

#[test]
fn puts_variables_in_without_reading_them() {
    const LITERALS: [&str; 12] =
        ["a", "Z9", " # ", ": ", "'", "\"", "{", "}", "[", "$", "-", "\u{e9}"];
    const HARD: &str = "x: '${A} #\" ] }";
    arbtest(|u| {
        let (mut written, mut expected) = (String::from("v"), String::from("v"));
        for _ in 0..u.int_in_range(0..=12)? {
            let literal = *u.choose(&LITERALS)?;
            let (piece, value) = match u.int_in_range(0..=4)? {
                0 => ("${A}".to_owned(), HARD.to_owned()),
                1 => ("$${A}".to_owned(), "${A}".to_owned()),
                2 if literal != "}" && literal != "$" => {
                    (format!("${{NONE:-{literal}${{A}}}}"), format!("{literal}{HARD}"))
                }
                // A dollar before another piece could begin a substitution.
                _ if literal == "$" => ("$ ".to_owned(), "$ ".to_owned()),
                _ => (literal.to_owned(), literal.to_owned()),
            };
            written.push_str(&piece);
            expected.push_str(&value);
        }
        let (written, expected) = (written + "v", expected + "v");
        let text = format!("temporal:\n  namespace: '{}'\n", written.replace('\'', "''"));
        let config = load(&text, &[("A", HARD)]).expect(&text);
        assert_eq!(config.namespace(), expected, "{text}");
        Ok(())
    })
    .budget(BUDGET)
    .run();
}

#[test]
fn reads_back_addresses() {
    arbtest(|u| {
        let mut host = String::from("h");
        for _ in 0..u.int_in_range(0..=20)? {
            host.push(*u.choose(&['a', 'z', '0', '9', '-'])?);
        }
        let port = u.int_in_range(1..=u16::MAX)?;
        let address = format!("{host}x.internal:{port}");
        let config = load(&format!("temporal:\n  url: {address}\n"), &[]).expect(&address);
        assert_eq!(config.url(), address);
        Ok(())
    })
    .budget(BUDGET)
    .run();
}

#[test]
fn deep_nesting_is_refused_with_its_line() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        for depth in [40, 300, 20_000] {
            let mut text = String::from("temporal:\n  namespace: x\nmore:\n  ");
            let _ = write!(text, "{}1{}", open.repeat(depth), close.repeat(depth));
            let error = load(&text, &[]).expect_err("it is too deep").to_string();
            assert!(error.contains("durable.yaml:4"), "{open} {depth}: {error}");
        }
    }
    let deep = "${NONE:-".repeat(10_000);
    let error = load(&format!("temporal:\n  namespace: '{deep}'\n"), &[]).expect_err("too deep");
    assert!(error.to_string().contains("nested over 16 deep"), "{error}");
}
