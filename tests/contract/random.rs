//! Contracts of any content: they are read or refused, and compared without a panic.

use std::collections::BTreeMap;

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use durable::contract::{Contract, Language};
use serde_json::{Map, Value, json};

/// A word that means something in a schema or in a contract.
const WORDS: &[&str] = &[
    "string",
    "integer",
    "number",
    "object",
    "array",
    "null",
    "boolean",
    "A",
    "B",
    "#/types/A",
    "#/types/B",
    "class",
    "a b",
    "\"\"\"*/",
    "uint8",
];
const KEYS: &[&str] = &[
    "type",
    "properties",
    "required",
    "anyOf",
    "oneOf",
    "allOf",
    "enum",
    "const",
    "$ref",
    "items",
    "prefixItems",
    "additionalProperties",
    "minItems",
    "maximum",
    "format",
    "x-aliases",
    "A",
    "description",
];

fn value(from: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let kinds = if depth == 0 { 3 } else { 6 };
    Ok(match from.int_in_range(0..=kinds)? {
        0 => json!(*from.choose(WORDS)?),
        1 => json!(from.int_in_range(-3..=300)?),
        2 => json!(from.arbitrary::<bool>()?),
        3 => Value::Null,
        4 => {
            let count = from.int_in_range(0..=3)?;
            (0..count).map(|_| value(from, depth - 1)).collect::<Result<Vec<_>>>()?.into()
        }
        _ => {
            let mut members = Map::new();
            for _ in 0..from.int_in_range(0..=4)? {
                members.insert((*from.choose(KEYS)?).to_owned(), value(from, depth - 1)?);
            }
            members.into()
        }
    })
}

fn contract(from: &mut Unstructured<'_>) -> Result<Contract> {
    let types: BTreeMap<_, _> =
        [("A", value(from, 4)?), ("B", value(from, 4)?)].into_iter().collect();
    let mut of = || -> Result<Value> {
        Ok(
            json!({ "name": *from.choose(WORDS)?, "type": "T", "schema": value(from, 3)?, "written": value(from, 3)? }),
        )
    };
    let (input, output, answer) = (of()?, of()?, of()?);
    let query = json!({ "name": "state", "inputs": [input], "output": answer });
    let workflow = json!({ "name": "W", "inputs": [input], "output": output, "queries": [query] });
    let contract = json!({
        "format": 1, "types": types, "queues": [{ "name": "q", "workflows": [workflow] }],
    });
    Ok(contract.to_string().parse().expect("any schema is permitted"))
}

#[test]
fn any_two_contracts_are_compared_without_a_panic() {
    arbtest(|from| {
        let (old, new) = (contract(from)?, contract(from)?);
        for finding in new.compare(&old).findings {
            assert!(!finding.to_string().is_empty());
        }
        let _ = (new.to_markdown(), new.client(Language::Python), new.client(Language::TypeScript));
        Ok(())
    })
    .budget_ms(1_000);
}

#[test]
fn any_text_is_read_or_refused() {
    arbtest(|from| {
        let _ = value(from, 5)?.to_string().parse::<Contract>();
        let _ = from.arbitrary::<String>()?.parse::<Contract>();
        Ok(())
    })
    .budget_ms(300);
}
