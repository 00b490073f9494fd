//! The types that registrations carry.

use std::time::Duration;

use durable::Registry;
use durable::definition::{ActivityEntry, TypeSchema, WorkflowEntry};
use durable::schemars::SchemaGenerator;
use serde_json::{Value, json};

fn registry() -> Registry {
    Registry::collect().expect("the annotations are valid")
}

fn workflow(name: &str) -> WorkflowEntry {
    registry().workflows().find(|it| it.name == name).expect("it is registered").clone()
}

fn activity(name: &str) -> ActivityEntry {
    registry().activities().find(|it| it.name == name).expect("it is registered").clone()
}

/// Returns the schema as JSON, and null for an opaque type.
fn schema(schema: TypeSchema) -> Value {
    let mut generator = SchemaGenerator::default();
    schema.generate(&mut generator).map_or(Value::Null, durable::schemars::Schema::to_value)
}

#[test]
fn a_workflow_carries_the_types_of_its_run_and_handlers() {
    let delivery = workflow("Delivery");
    assert_eq!(delivery.description(), "Delivers a parcel.\n\nIn the end.");
    assert_eq!(delivery.id_template(), Some("parcel-{id}-{{x}}"));
    let schemas = delivery.schemas();
    let run = schemas.run.as_ref().expect("it has a run");
    assert_eq!(run.inputs.len(), 1);
    assert_eq!(schema(run.inputs[0]), json!({ "$ref": "#/$defs/Parcel" }));
    assert_eq!(schema(run.output)["type"], json!(["integer", "null"]));
    assert!(run.error().is_none(), "a workflow's own errors are open");

    let names = schemas.handlers.iter().map(|it| (it.kind, it.name)).collect::<Vec<_>>();
    assert_eq!(names, [("signal", "leave_at"), ("query", "doors"), ("update", "re-weigh")]);
    let leave_at = schemas.handler("signal", "leave_at").expect("it has one");
    let types = leave_at.inputs.iter().map(|it| schema(*it)["type"].clone()).collect::<Vec<_>>();
    assert_eq!(types, [json!("string"), json!(["integer", "null"])]);
    assert_eq!(schema(leave_at.output)["type"], json!("null"));

    let reweigh = schemas.handler("update", "re-weigh").expect("it has one");
    assert!(reweigh.output.is_opaque());
    assert_eq!(reweigh.error().expect("it is known").name, "CarrierError");
}

#[test]
fn a_workflow_without_texts_has_none() {
    let bare = workflow("Bare");
    assert_eq!((bare.description(), bare.id_template()), ("A workflow without types.", None));
    let schemas = bare.schemas();
    assert_eq!(schemas.run.expect("it has a run").inputs.len(), 0);
    assert!(schemas.handlers.is_empty());
}

#[test]
fn an_activity_carries_its_types_and_its_error_by_type_and_not_by_name() {
    let carry = activity("carry");
    assert_eq!(carry.description(), "Hands a parcel to the carrier.");
    let run = carry.schemas().run.expect("it has types");
    assert_eq!(schema(run.inputs[0]), json!({ "$ref": "#/$defs/Parcel" }));
    assert!(run.inputs[1].is_opaque());
    assert_eq!(schema(run.output)["type"], json!("string"));
    let error = run.error().expect("the alias is of a `Result` with it");
    assert_eq!((error.name, error.description), ("CarrierError", "The carrier refuses."));
    let kinds = error.kinds.iter().map(|it| (it.type_name, it.non_retryable, it.next_retry_delay));
    let minute = Duration::from_secs(60);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [("TooHeavy", true, None), ("Strike", false, Some(minute))]
    );
    assert!(!error.values.is_opaque());

    let weigh = activity("weigh");
    assert_eq!(weigh.description(), "");
    let run = weigh.schemas().run.expect("it has types");
    assert_eq!(schema(run.output)["type"], json!("integer"));
    assert!(run.error().is_none());
}
