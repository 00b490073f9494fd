//! Random payloads, as anybody who may start a workflow can send them.

use std::collections::BTreeMap;
use std::time::Duration;

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporalio_common::data_converters::{PayloadConverter, SerializationContextData};

use super::super::Parameter;
use super::*;

const BUDGET: Duration = Duration::from_millis(500);

const PARAMETERS: &[Parameter] = &[Parameter::new("order", "Order"), Parameter::new("more", "u64")];

const ENCODINGS: [&[u8]; 6] =
    [b"json/plain", b"binary/plain", b"binary/null", b"json/protobuf", b"", b"\xff\xfe"];

const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "null",
    "true",
    "1",
    "-",
    "1e999",
    ".5",
    "18446744073709551616",
    "\"id\"",
    "\"lines\"",
    "\"nested\"",
    " ",
    "\0",
    "ü",
    "{\"nested\":",
];

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    id: String,
    lines: BTreeMap<String, Vec<(u8, f64)>>,
    nested: Option<Box<Order>>,
    any: Option<Value>,
    large: Option<i128>,
}

fn payload(u: &mut Unstructured<'_>) -> arbitrary::Result<RawPayload> {
    let mut data = Vec::new();
    for _ in 0..u.int_in_range(0..=24)? {
        if u.ratio(1, 16)? {
            data.push(u.arbitrary()?);
        } else {
            let repeated = if u.ratio(1, 32)? { 10_000 } else { 1 };
            data.extend(u.choose(&PIECES)?.repeat(repeated).into_bytes());
        }
    }
    let metadata = [("encoding".to_owned(), u.choose(&ENCODINGS)?.to_vec())].into();
    Ok(RawPayload { metadata, data, ..RawPayload::default() })
}

fn order(u: &mut Unstructured<'_>, depth: usize) -> arbitrary::Result<Order> {
    let number: f64 = u.arbitrary()?;
    let number = if number.is_finite() { number } else { 0.5 };
    let lines = [(u.arbitrary()?, vec![(u.arbitrary()?, number)])].into();
    let nested =
        if depth > 0 && u.arbitrary()? { Some(Box::new(order(u, depth - 1)?)) } else { None };
    Ok(Order { id: u.arbitrary()?, lines, nested, any: None, large: u.arbitrary()? })
}

#[test]
fn every_payload_is_decoded_or_explained() {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    arbtest(|u| {
        let mut payloads = Vec::new();
        for _ in 0..u.int_in_range(0..=3)? {
            payloads.push(payload(u)?);
        }
        let errors = [
            decode::<Order>(&context, payloads.clone()).err(),
            decode::<Value>(&context, payloads.clone()).err(),
            decode::<Vec<u8>>(&context, payloads.clone()).err(),
            decode::<Option<u128>>(&context, payloads).err(),
        ];
        for error in errors.into_iter().flatten() {
            assert!(!error.describe(PARAMETERS).is_empty());
        }
        Ok(())
    })
    .budget(BUDGET)
    .run();
}

#[test]
fn values_come_back_as_they_were() {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    arbtest(|u| {
        let order = order(u, 4)?;
        let payloads = converter.to_payloads(&context, &order).expect("it can be written");
        let decoded = decode::<Order>(&context, payloads).map_err(|error| error.to_string());
        assert_eq!(decoded, Ok(order));
        Ok(())
    })
    .budget(BUDGET)
    .run();
}
