//! The ways to make a change safely.

/// Kinds of changes, and the advice for them.
const FIXES: &[(&[&str], &str)] = &[
    (
        &["workflow-renamed", "activity-renamed"],
        "keep the name on the server with `name = \"..\"` in the annotation",
    ),
    (
        &["signal-renamed", "query-renamed", "update-renamed"],
        "keep the name on the server with `name = \"..\"` in the attribute, or keep the old \
         handler beside the new one",
    ),
    (
        &["workflow-removed"],
        "keep serving it until no workflow of the type runs (`list --type .. --status running`) \
         and no caller starts it",
    ),
    (
        &["activity-removed"],
        "remove its calls first, behind `ctx.patched(..)`; remove the activity when no running \
         workflow calls it",
    ),
    (
        &["signal-removed", "query-removed", "update-removed"],
        "keep the handler, deprecated, until no caller uses it and no running workflow has it \
         in its history",
    ),
    (
        &["workflow-moved", "activity-moved"],
        "serve both queues until the old one is empty: roll out workers of the new queue first, \
         then the callers, and stop the old ones last",
    ),
    (
        &["input-added"],
        "make it a field of an existing input with `#[serde(default)]`, or add a new workflow, \
         activity or handler; an optional last input is safe once no old worker runs",
    ),
    (
        &["input-removed"],
        "keep the input and ignore it, or add a new workflow, activity or handler",
    ),
    (
        &["field-renamed"],
        "keep the name on the wire with `#[serde(rename = \"old\")]`; or read both with \
         `#[serde(alias = \"old\")]` and `#[schemars(extend(\"x-aliases\" = [\"old\"]))]`, and \
         rename only what is written in a later release",
    ),
    (
        &["field-required"],
        "add it with `#[serde(default)]` or as an `Option`, and fill it in everywhere before it \
         becomes required",
    ),
    (
        &["field-removed"],
        "keep writing the field, and remove it when nobody who needs it runs any more",
    ),
    (
        &["field-refused"],
        "roll out in two phases: first readers that know the field or don't deny unknown \
         fields, then writers",
    ),
    (
        &["variant-removed"],
        "keep the variant until no history and no caller contains it; stop writing it first",
    ),
    (
        &["variant-added"],
        "roll out in two phases: first the readers that know the variant, then the code that \
         writes it",
    ),
    (
        &["optional-to-required"],
        "keep it optional until nobody leaves it out and no history lacks it",
    ),
    (
        &["required-to-optional"],
        "roll out in two phases: first the readers that accept null, then the code that writes \
         it",
    ),
    (
        &["type-widened"],
        "roll out in two phases: first the readers of the wider type, then the writers",
    ),
    (
        &["type-narrowed", "type-changed"],
        "add a new field, input or handler of the new type, and keep the old one until nobody \
         uses it",
    ),
    (
        &["opaque-type-changed"],
        "derive `JsonSchema` for the type in both versions to have it compared, or check by \
         hand that the values are the same",
    ),
    (
        &["id-template-changed"],
        "keep the template while workflows run: callers find and deduplicate workflows by id; \
         or pass the id at the start",
    ),
    (
        &["retryability-changed"],
        "add a new kind of error with the new retryability, and return it from new code behind \
         `ctx.patched(..)`",
    ),
    (
        &["error-kind-removed", "error-type-changed"],
        "keep the old kinds, which retry policies and callers name, until nobody matches on them",
    ),
    (
        &["search-attribute-removed"],
        "keep it while list filters and running workflows use it; remove it from the server last",
    ),
    (&["search-attribute-changed"], "add a search attribute of the new type under another name"),
    (
        &["option-changed"],
        "it holds for what is scheduled or started from now on; what runs keeps the old value",
    ),
    (&["field-ignored"], "stop sending the field; nobody reads it any more"),
    (&["search-attribute-added"], "add it to the server before the workers are rolled out"),
];

/// The advice for everything that is new.
const NEW: &str = "roll out workers before callers that use it";

/// Returns the advice for a kind of change.
pub(super) fn fix(code: &str) -> &'static str {
    let found = FIXES.iter().find(|(codes, _)| codes.contains(&code));
    found.map_or(NEW, |(_, fix)| fix)
}
