//! The `OpenAPI` document, and the page that shows it.

use std::collections::BTreeSet;

use durable::web::gateway::{Operation, gateway};
use serde_json::{Value, json};

use crate::flows::Basket;
use crate::http::Asked;
use crate::{guarded, open, serve};

#[tokio::test]
async fn the_document_has_the_types_and_handlers_of_the_program() {
    let document = Asked::get("/openapi.json").send(open().await).await.is(200);
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("it has paths");
    for path in [
        "/start/Basket",
        "/execute/Echo",
        "/workflows/Basket/{workflow_id}/signal/add",
        "/workflows/Basket/{workflow_id}/query/pieces",
        "/workflows/Basket/{workflow_id}/update/remove",
        "/workflows/Basket/{workflow_id}/update/remove/{update_id}",
        "/workflows",
        "/schedules",
        "/schedules/Echo/{schedule_id}/trigger",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let add = &paths["/workflows/Basket/{workflow_id}/signal/add"]["post"];
    assert_eq!(add["description"], "Adds an item to the basket.");
    let inputs =
        &add["requestBody"]["content"]["application/json"]["schema"]["properties"]["inputs"];
    assert_eq!((&inputs["minItems"], &inputs["maxItems"]), (&json!(1), &json!(1)), "{inputs}");
    assert_eq!(inputs["prefixItems"][0]["allOf"][0]["$ref"], "#/components/schemas/Item");
    let item = &document["components"]["schemas"]["Item"];
    assert_eq!(item["properties"]["name"]["description"], "The name on the label.", "{item}");
    let start = &paths["/start/Echo"]["post"];
    assert_eq!(start["description"], "Returns its text, so many times.");
    let inputs =
        &start["requestBody"]["content"]["application/json"]["schema"]["properties"]["inputs"];
    // The second input is optional.
    assert_eq!((&inputs["minItems"], &inputs["maxItems"]), (&json!(1), &json!(2)), "{inputs}");
    let ids = paths.values().flat_map(|item| item.as_object().expect("an item").values());
    let ids: Vec<_> = ids.map(|operation| operation["operationId"].to_string()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[tokio::test]
async fn the_document_has_only_what_is_allowed() {
    let few = gateway().without_authorization();
    let few = few.allow::<Basket>([Operation::Query, Operation::Document]);
    let document = Asked::get("/openapi.json").send(serve(few).await).await.is(200);
    let paths: Vec<_> = document["paths"].as_object().expect("it has paths").keys().collect();
    assert_eq!(
        paths,
        [
            "/workflows/Basket/{workflow_id}/query/limit",
            "/workflows/Basket/{workflow_id}/query/pieces"
        ]
    );
    assert!(!document.to_string().contains("Echo"), "{document}");
    assert!(document["components"]["schemas"]["Item"].is_null(), "only types that are referred to");
    let none = gateway().without_authorization().operations([Operation::Start]);
    let none = serve(none).await;
    for path in ["/openapi.json", "/docs", "/docs/page.js"] {
        Asked::get(path).send(none).await.is_problem(404, "unknown-path");
    }
}

#[tokio::test]
async fn the_document_needs_authorization_and_the_page_does_not() {
    let to = guarded().await;
    Asked::get("/openapi.json").send(to).await.is_problem(401, "unauthenticated");
    Asked::get("/openapi.json").bearer("none").send(to).await.is_problem(403, "forbidden");
    let document = Asked::get("/openapi.json").bearer("all").send(to).await.is(200);
    assert!(document["paths"]["/workflows"]["get"]["responses"]["401"].is_object());
    for (path, media) in [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/page.js", "text/javascript; charset=utf-8"),
        ("/docs/page.css", "text/css; charset=utf-8"),
    ] {
        let file = Asked::get(path).send(to).await;
        assert_eq!((file.status, file.header("content-type")), (200, Some(media)), "{path}");
        let policy = file.header("content-security-policy").expect("it has a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!file.body.contains("://"), "{path} loads nothing from elsewhere");
        assert!(!file.body.contains("Basket"), "{path} has no information");
    }
}

/// Every reference of the document has a target.
#[tokio::test]
async fn the_references_of_the_document_have_targets() {
    let document = Asked::get("/openapi.json").send(open().await).await.is(200);
    let mut found = 0;
    visit(&document, &mut |reference| {
        let pointer = reference.strip_prefix('#').expect("a reference in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
        found += 1;
    });
    assert!(found > 100, "{found}");
}

fn visit(value: &Value, seen: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                seen(reference);
            }
            fields.values().for_each(|value| visit(value, seen));
        }
        Value::Array(values) => values.iter().for_each(|value| visit(value, seen)),
        _ => {}
    }
}
