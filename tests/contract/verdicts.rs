//! The verdict on each change.

use durable::contract::{Affected, Contract, Verdict};
use durable::schemars::JsonSchema;
use durable::schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::changes;

/// The place of a type in a workflow or activity.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Input,
    Output,
    Signal,
    Query,
    UpdateOutput,
    ActivityInput,
    ActivityOutput,
}

const CALLERS: &str = "callers";
const RUNNING: &str = "running-workflows";
const OLD: &str = "old-workers";

/// The expected finding: its kind, its path, and those whom it breaks. `new` and `changed` break nobody.
type Expected = (&'static str, &'static str, &'static [&'static str]);

/// Returns a type as a contract has it.
fn schema_of<T: JsonSchema>() -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.definitions_path = "/types".into();
        })
    };
    let mut read = settings().for_deserialize().into_generator();
    let mut written = settings().for_serialize().into_generator();
    let (of, written_of) = (read.subschema_for::<T>(), written.subschema_for::<T>());
    let mut types = read.take_definitions(true);
    // As if all written values had other schemas.
    for (name, mut schema) in written.take_definitions(true) {
        let text = schema.to_string().replace("#/types/", "#/types/Written");
        schema = serde_json::from_str(&text).expect("it is JSON");
        types.insert(format!("Written{name}"), schema);
    }
    let written_of = written_of.to_value().to_string().replace("#/types/", "#/types/Written");
    let written_of: Value = serde_json::from_str(&written_of).expect("it is JSON");
    json!({ "types": types, "of": { "type": "Value", "schema": of, "written": written_of } })
}

fn contract(slot: Slot, of: &Value) -> Contract {
    let ty = of["of"].clone();
    let mut input = ty.clone();
    input["name"] = json!("it");
    let nothing = json!({ "type": "()", "schema": { "type": "null" } });
    let mut workflow = json!({ "name": "Order", "output": nothing });
    let mut activities = json!([]);
    match slot {
        Slot::Input => workflow["inputs"] = json!([input]),
        Slot::Output => workflow["output"] = ty,
        Slot::Signal => workflow["signals"] = json!([{ "name": "note", "inputs": [input] }]),
        Slot::Query => workflow["queries"] = json!([{ "name": "state", "output": ty }]),
        Slot::UpdateOutput => workflow["updates"] = json!([{ "name": "change", "output": ty }]),
        Slot::ActivityInput => {
            activities = json!([{ "name": "pack", "inputs": [input], "output": nothing }]);
        }
        Slot::ActivityOutput => activities = json!([{ "name": "pack", "output": ty }]),
    }
    let contract = json!({
        "format": 1,
        "types": of["types"],
        "queues": [{ "name": "orders", "workflows": [workflow], "activities": activities }],
    });
    contract.to_string().parse().expect("it is a contract")
}

/// Checks the findings of a change.
fn check(change: &str, (old, new): (&Contract, &Contract), expected: &[Expected]) {
    let comparison = new.compare(old);
    let mut found = comparison.findings.iter().map(|finding| {
        let breaks = finding.breaks.iter().map(|it| it.name()).collect::<Vec<_>>();
        let word = match finding.verdict {
            Verdict::New => vec!["new"],
            Verdict::Changed => vec!["changed"],
            _ => breaks,
        };
        assert!(!finding.fix.is_empty(), "{change}: {finding}");
        (finding.code, finding.path.as_str(), word)
    });
    let mut found: Vec<_> = found.by_ref().collect();
    let mut expected: Vec<_> =
        expected.iter().map(|(code, path, who)| (*code, *path, who.to_vec())).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{change}: {:#?}", comparison.findings);
    let is_breaking = expected.iter().any(|(_, _, who)| *who != ["new"] && *who != ["changed"]);
    assert_eq!(comparison.is_breaking(), is_breaking, "{change}");
    // Nothing differs from itself.
    assert_eq!(new.compare(new).findings, [], "{change}");
}

macro_rules! rows {
    ($($change:ident, $slot:ident: $expected:expr;)*) => {
        $({
            let old = schema_of::<changes::$change::old::Value>();
            let new = schema_of::<changes::$change::new::Value>();
            let slot = Slot::$slot;
            let name = format!("{} as {slot:?}", stringify!($change));
            check(&name, (&contract(slot, &old), &contract(slot, &new)), &$expected);
        })*
    };
}

#[test]
fn changes_of_inputs_have_the_right_verdict() {
    rows! {
        required_field_added, Input: [("field-required", "grams", &[CALLERS, RUNNING])];
        defaulted_field_added, Input: [("field-added", "grams", &["new"])];
        optional_field_added, Input: [("field-added", "note", &["new"])];
        optional_field_added_to_strict, Input: [("field-refused", "note", &[OLD])];
        field_removed, Input: [("field-removed", "grams", &[OLD])];
        optional_field_removed, Input: [("field-ignored", "note", &["changed"])];
        field_removed_from_strict, Input: [("field-removed", "grams", &[CALLERS, OLD, RUNNING])];
        field_renamed, Input: [("field-renamed", "customer_name", &[CALLERS, OLD, RUNNING])];
        field_renamed_with_alias, Input: [];
        optional_to_required, Input: [("optional-to-required", "note", &[CALLERS, RUNNING])];
        required_to_optional, Input: [("required-to-optional", "note", &[OLD])];
        default_removed, Input: [("optional-to-required", "note", &[CALLERS, RUNNING])];
        number_to_text, Input: [("type-changed", "amount", &[CALLERS, OLD, RUNNING])];
        integer_widened, Input: [("type-widened", "amount", &[OLD])];
        integer_narrowed, Input: [("type-narrowed", "amount", &[CALLERS, RUNNING])];
        integer_to_float, Input: [("type-widened", "amount", &[OLD])];
        one_to_many, Input: [("type-changed", "item", &[CALLERS, OLD, RUNNING])];
        nested_field_added, Input: [("field-required", "items[].price", &[CALLERS, RUNNING])];
        recursive, Input: [("field-required", "color", &[CALLERS, RUNNING])];
        variant_added, Input: [("variant-added", "", &[OLD])];
        variant_removed, Input: [("variant-removed", "", &[CALLERS, RUNNING])];
        variant_with_data_added, Input: [("variant-added", "", &[OLD])];
        field_of_variant_added, Input: [("field-required", "Card.code", &[CALLERS, RUNNING])];
        tagged_variant_removed, Input: [("variant-removed", "", &[CALLERS, RUNNING])];
        map_value_changed, Input: [("type-changed", "counts.*", &[CALLERS, OLD, RUNNING])];
        flattened_field_added, Input: [("field-required", "city", &[CALLERS, RUNNING])];
        type_renamed, Input: [];
        docs_changed, Input: [];
        tuple_grown, Input: [("type-changed", "point", &[CALLERS, OLD, RUNNING])];
        field_read_under_two_names, Input: [("field-renamed", "customer_name", &[OLD])];
    }
}

#[test]
fn changes_of_outputs_and_messages_have_the_right_verdict() {
    rows! {
        required_field_added, Output: [("field-required", "grams", &[RUNNING])];
        field_removed, Output: [("field-removed", "grams", &[CALLERS])];
        variant_added, Output: [("variant-added", "", &[CALLERS])];
        variant_removed, Output: [("variant-removed", "", &[RUNNING])];
        required_to_optional, Output: [("required-to-optional", "note", &[CALLERS])];
        optional_field_added, Output: [("field-added", "note", &["new"])];
        required_field_added, Signal: [("field-required", "grams", &[CALLERS, RUNNING])];
        variant_added, Signal: [("variant-added", "", &[OLD])];
        field_removed, Query: [("field-removed", "grams", &[CALLERS])];
        required_field_added, Query: [("field-required", "grams", &[OLD])];
        number_to_text, UpdateOutput: [("type-changed", "amount", &[CALLERS, OLD])];
        required_field_added, ActivityInput: [("field-required", "grams", &[RUNNING])];
        variant_added, ActivityInput: [("variant-added", "", &[OLD])];
        field_removed, ActivityOutput: [("field-removed", "grams", &[OLD])];
        number_to_text, ActivityOutput: [("type-changed", "amount", &[OLD, RUNNING])];
    }
}

#[test]
fn another_tagging_breaks_everybody() {
    let [old, new] = [
        schema_of::<changes::tagging_changed::old::Value>(),
        schema_of::<changes::tagging_changed::new::Value>(),
    ];
    let [old, new] = [&old, &new].map(|of| contract(Slot::Input, of));
    let comparison = new.compare(&old);
    let broken = comparison.findings.iter().flat_map(|it| it.breaks.clone());
    let broken: std::collections::BTreeSet<_> = broken.collect();
    assert_eq!(
        broken.into_iter().collect::<Vec<_>>(),
        [Affected::Callers, Affected::OldWorkers, Affected::RunningWorkflows]
    );
}

/// A contract with one of everything.
fn base() -> Value {
    let text = json!({ "type": "String", "schema": { "type": "string" } });
    let input = |name: &str| {
        let mut input = text.clone();
        input["name"] = json!(name);
        input
    };
    let call = |name: &str| json!({ "name": name, "inputs": [input("it")], "output": text });
    let mut workflow = call("Order");
    workflow["idTemplate"] = json!("order-{it}");
    workflow["options"] = json!({ "executionTimeout": 60_000 });
    workflow["signals"] = json!([{ "name": "approve", "inputs": [input("by")] }]);
    workflow["queries"] = json!([call("status")]);
    workflow["updates"] = json!([call("change")]);
    let mut activity = call("charge_card");
    activity["error"] = json!("CardError");
    activity["options"] =
        json!({ "startToCloseTimeout": 10_000, "retry": { "nonRetryableErrorTypes": ["Bad"] } });
    json!({
        "format": 1,
        "queues": [{ "name": "orders", "workflows": [workflow], "activities": [activity] }],
        "errors": { "CardError": {
            "kinds": { "Declined": { "retryable": false }, "Busy": { "retryable": true } },
            "values": { "type": "CardError" },
        } },
        "searchAttributes": { "Tier": "Keyword" },
    })
}

/// An edit of the base, and its findings.
type Row = (&'static str, fn(&mut Value), &'static [Expected]);

const WORKFLOW: &str = "/queues/0/workflows/0";
const ACTIVITY: &str = "/queues/0/activities/0";

fn at<'a>(contract: &'a mut Value, place: &str, path: &str) -> &'a mut Value {
    contract.pointer_mut(&format!("{place}{path}")).expect("it is there")
}

const ROWS: &[Row] = &[
    ("no change", |_| {}, &[]),
    (
        "workflow removed",
        |it| it["queues"][0]["workflows"] = json!([]),
        &[("workflow-removed", "", &[CALLERS, RUNNING])],
    ),
    (
        "workflow added",
        |it| {
            let list = it["queues"][0]["workflows"].as_array_mut().expect("a list");
            list.push(json!({ "name": "Refund" }));
        },
        &[("workflow-added", "", &["new"])],
    ),
    (
        "workflow renamed",
        |it| *at(it, WORKFLOW, "/name") = json!("OrderV2"),
        &[("workflow-renamed", "", &[CALLERS, RUNNING])],
    ),
    (
        "queue changed",
        |it| it["queues"][0]["name"] = json!("shop"),
        &[
            ("activity-moved", "", &[OLD, RUNNING]),
            ("workflow-moved", "", &[CALLERS, OLD, RUNNING]),
        ],
    ),
    (
        "id template changed",
        |it| *at(it, WORKFLOW, "/idTemplate") = json!("{it}"),
        &[("id-template-changed", "", &[CALLERS])],
    ),
    (
        "timeout changed",
        |it| *at(it, WORKFLOW, "/options/executionTimeout") = json!(1_000),
        &[("option-changed", "", &["changed"])],
    ),
    (
        "error types of the retry policy changed",
        |it| *at(it, ACTIVITY, "/options/retry/nonRetryableErrorTypes") = json!([]),
        &[("retryability-changed", "retry", &[RUNNING])],
    ),
    (
        "signal removed",
        |it| *at(it, WORKFLOW, "/signals") = json!([]),
        &[("signal-removed", "", &[CALLERS, RUNNING])],
    ),
    (
        "signal renamed",
        |it| *at(it, WORKFLOW, "/signals/0/name") = json!("approved"),
        &[("signal-renamed", "", &[CALLERS, RUNNING])],
    ),
    (
        "query removed",
        |it| *at(it, WORKFLOW, "/queries") = json!([]),
        &[("query-removed", "", &[CALLERS])],
    ),
    (
        "update replaced by another",
        |it| *at(it, WORKFLOW, "/updates/0/name") = json!("move"),
        &[("update-added", "", &["new"]), ("update-removed", "", &[CALLERS, RUNNING])],
    ),
    (
        "required input added",
        |it| {
            let input = json!({ "name": "more", "type": "u32", "schema": { "type": "integer" } });
            at(it, WORKFLOW, "/inputs").as_array_mut().expect("a list").push(input);
        },
        &[("input-added", "", &[CALLERS, OLD, RUNNING])],
    ),
    (
        "optional input added",
        |it| {
            let schema = json!({ "type": ["string", "null"] });
            let input = json!({ "name": "more", "type": "Option<String>", "schema": schema });
            at(it, WORKFLOW, "/inputs").as_array_mut().expect("a list").push(input);
        },
        &[("input-added", "", &[OLD])],
    ),
    (
        "input removed",
        |it| *at(it, WORKFLOW, "/signals/0/inputs") = json!([]),
        &[("input-removed", "", &[CALLERS, OLD, RUNNING])],
    ),
    ("input with another name", |it| *at(it, WORKFLOW, "/inputs/0/name") = json!("other"), &[]),
    (
        "activity removed",
        |it| it["queues"][0]["activities"] = json!([]),
        &[("activity-removed", "", &[OLD, RUNNING])],
    ),
    (
        "activity renamed",
        |it| *at(it, ACTIVITY, "/name") = json!("charge_the_card"),
        &[("activity-renamed", "", &[OLD, RUNNING])],
    ),
    (
        "error no longer retried",
        |it| it["errors"]["CardError"]["kinds"]["Busy"]["retryable"] = json!(false),
        &[("retryability-changed", "", &[OLD, RUNNING])],
    ),
    (
        "error kind removed",
        |it| it["errors"]["CardError"]["kinds"] = json!({ "Declined": { "retryable": false } }),
        &[("error-kind-removed", "", &[CALLERS, RUNNING])],
    ),
    (
        "error kind added",
        |it| it["errors"]["CardError"]["kinds"]["Lost"] = json!({ "retryable": true }),
        &[("error-kind-added", "", &["new"])],
    ),
    (
        "error type changed",
        |it| *at(it, ACTIVITY, "/error") = json!("BankError"),
        &[("error-type-changed", "", &[CALLERS, RUNNING])],
    ),
    (
        "search attribute removed",
        |it| it["searchAttributes"] = json!({}),
        &[("search-attribute-removed", "", &[CALLERS, RUNNING])],
    ),
    (
        "search attribute with another type",
        |it| it["searchAttributes"]["Tier"] = json!("Int"),
        &[("search-attribute-changed", "", &[CALLERS, OLD, RUNNING])],
    ),
    (
        "search attribute added",
        |it| it["searchAttributes"]["Amount"] = json!("Double"),
        &[("search-attribute-added", "", &["new"])],
    ),
    (
        "opaque type changed",
        |it| {
            let input = json!({ "name": "it", "type": "Other" });
            *at(it, WORKFLOW, "/inputs/0") = input;
        },
        &[],
    ),
    ("description changed", |it| at(it, WORKFLOW, "")["description"] = json!("It orders."), &[]),
];

#[test]
fn changes_of_workflows_and_activities_have_the_right_verdict() {
    let parse = |value: &Value| value.to_string().parse::<Contract>().expect("it is a contract");
    for (change, edit, expected) in ROWS {
        let mut new = base();
        edit(&mut new);
        check(change, (&parse(&base()), &parse(&new)), expected);
    }
}

#[test]
fn those_who_cannot_break_can_be_left_out() {
    let old = contract(Slot::Input, &schema_of::<changes::variant_added::old::Value>());
    let new = contract(Slot::Input, &schema_of::<changes::variant_added::new::Value>());
    let comparison = new.compare(&old).ignoring(&[Affected::OldWorkers]);
    assert!(!comparison.is_breaking());
    assert_eq!(comparison.findings[0].verdict, Verdict::Changed);
}

#[test]
fn a_contract_of_a_later_version_is_refused() {
    let error = r#"{"format": 99}"#.parse::<Contract>().expect_err("it is later");
    assert!(error.to_string().contains("format 99"), "{error}");
    let error = r#"{"queues": []}"#.parse::<Contract>().expect_err("it is none");
    assert!(error.to_string().contains("not a contract"), "{error}");
}
