//! Attempts to get past the authorization.

use std::sync::{Arc, Mutex};

use durable::web::gateway::{Access, Caller, GatewayError, Operation, gateway};
use durable_tests::unique;
use serde_json::json;

use crate::flows::{Basket, Hidden};
use crate::http::Asked;
use crate::operations::{basket, body, requests};
use crate::{client, guarded, serve};

#[tokio::test]
async fn a_permission_for_one_type_does_not_reach_another() {
    let to = guarded().await;
    let hidden = Asked::post("/start/Hidden", &json!({})).bearer("all").send(to).await.is(201);
    let hidden = hidden["workflow_id"].as_str().expect("it has an id").to_owned();
    let id = basket(to).await;
    let allowed = Asked::get(&format!("/workflows/Basket/{id}")).bearer("baskets");
    allowed.send(to).await.is(200);
    for path in ["", "/result?wait=1ms"] {
        let own = Asked::get(&format!("/workflows/Hidden/{hidden}{path}")).bearer("baskets");
        own.send(to).await.is_problem(403, "forbidden");
        let disguised = Asked::get(&format!("/workflows/Basket/{hidden}{path}")).bearer("baskets");
        disguised.send(to).await.is_problem(404, "not-found");
    }
    // Both types have a signal of this name.
    for path in ["/signal/close", "/cancel", "/terminate"] {
        let disguised = Asked::post(&format!("/workflows/Basket/{hidden}{path}"), &json!({}));
        disguised.bearer("baskets").send(to).await.is_problem(404, "not-found");
    }
    let untouched = Asked::get(&format!("/workflows/Hidden/{hidden}")).bearer("all");
    assert_eq!(untouched.send(to).await.is(200)["status"], "running");
}

#[tokio::test]
async fn a_refused_caller_does_not_learn_which_ids_exist() {
    let to = guarded().await;
    let id = basket(to).await;
    let existing = Asked::get(&format!("/workflows/Basket/{id}")).bearer("none").send(to).await;
    let missing = Asked::get("/workflows/Basket/no-such-basket").bearer("none").send(to).await;
    assert_eq!((existing.status, &existing.body), (missing.status, &missing.body));
    let invalid = json!({ "inputs": [7] });
    for path in ["/start/Basket", "/execute/Basket", "/start/Nothing"] {
        let refused = Asked::post(path, &invalid).bearer("none").send(to).await;
        refused.is_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_workflow_of_another_program_is_not_found() {
    let to = guarded().await;
    let client = client().await;
    let id = unique("foreign");
    client.start("Foreign", "gateway-foreign", json!(1)).id(&id).await.expect("it starts");
    for name in ["Basket", "Echo", "Hidden"] {
        let found = Asked::get(&format!("/workflows/{name}/{id}")).bearer("all").send(to).await;
        found.is_problem(404, "not-found");
    }
    client.workflow(&id).terminate("a test").await.expect("it runs");
}

#[tokio::test]
async fn a_schedule_of_another_type_is_not_found() {
    let to = guarded().await;
    let id = unique("schedule");
    let created = Asked::post(&format!("/schedules/Hidden/{id}"), &json!({ "manual": true }));
    created.bearer("all").send(to).await.is(201);
    let at = |rest: &str| format!("/schedules/Basket/{id}{rest}");
    for (method, rest) in [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/pause"),
        ("POST", "/unpause"),
        ("POST", "/trigger"),
    ] {
        let asked = Asked::new(method, &at(rest)).json("{}").bearer("baskets");
        asked.send(to).await.is_problem(404, "schedule-not-found");
    }
    let kept = Asked::get(&format!("/schedules/Hidden/{id}")).bearer("all").send(to).await.is(200);
    assert_eq!((&kept["paused"], &kept["started"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn internal_and_undeclared_handlers_are_unknown() {
    let to = guarded().await;
    let id = basket(to).await;
    let names = [
        "query/__stack_trace",
        "query/__temporal_workflow_metadata",
        "query/__enhanced_stack_trace",
        "query/state",
        "signal/cancel",
        "signal/limit",
        "update/__temporal_x",
        "update/add",
        "query/remove",
        "signal/nothing",
    ];
    for name in names {
        let asked = Asked::post(&format!("/workflows/Basket/{id}/{name}"), &json!({}));
        asked.bearer("all").send(to).await.is_problem(404, "unknown-handler");
    }
}

#[tokio::test]
async fn the_hook_sees_the_operation_and_its_objects() {
    let seen = Arc::new(Mutex::new(Vec::<Access>::new()));
    let log = Arc::clone(&seen);
    let hook = move |access: Access| {
        let log = Arc::clone(&log);
        async move {
            log.lock().expect("nobody panics").push(access);
            Ok(Caller::anonymous())
        }
    };
    let to = serve(gateway().authorize(hook)).await;
    let (id, schedule) = (basket(to).await, unique("schedule"));
    for (operation, method, path, _) in requests(&id, &schedule) {
        seen.lock().expect("nobody panics").clear();
        let asked = Asked::new(method, &path).header("X-Team", "blue");
        asked.json(&body(operation).to_string()).send(to).await;
        let all = std::mem::take(&mut *seen.lock().expect("nobody panics"));
        let [access] = &*all else { panic!("{operation:?} asked {} times", all.len()) };
        assert_eq!(access.operation, operation);
        assert_eq!(access.workflow_type.as_deref(), Some("Basket"), "{operation:?}");
        assert_eq!(access.headers["x-team"], "blue");
        assert!(access.remote_address.is_some_and(|from| from.ip().is_loopback()));
        let on_workflow = path.starts_with("/workflows/");
        let is_start = matches!(operation, Operation::Start | Operation::Execute);
        assert_eq!(access.workflow_id.is_some(), on_workflow || is_start, "{operation:?}");
        if on_workflow {
            assert_eq!(access.workflow_id.as_deref(), Some(&*id));
        }
        assert_eq!(access.schedule_id.is_some(), path.starts_with("/schedules/"), "{operation:?}");
        let handler = matches!(operation, Operation::Signal | Operation::Query | Operation::Update);
        assert_eq!(access.handler.is_some(), handler, "{operation:?}");
        assert!(!format!("{access:?}").contains("blue"), "credentials aren't printed");
    }
}

#[tokio::test]
async fn a_hook_that_allows_one_id_allows_no_other() {
    let hook = |access: Access| async move {
        match access.workflow_id.as_deref() {
            Some(id) if id.starts_with("basket-mine-") => Ok(Caller::new("me")),
            _ => Err(durable::web::gateway::Denied::forbidden("not yours")),
        }
    };
    let to = serve(gateway().authorize(hook)).await;
    let mine = json!({ "inputs": [{ "customer": unique("mine") }] });
    Asked::post("/start/Basket", &mine).send(to).await.is(201);
    let theirs = json!({ "inputs": [{ "customer": unique("theirs") }] });
    Asked::post("/start/Basket", &theirs).send(to).await.is_problem(403, "forbidden");
    // The caller's own id takes the place of the template's, and the hook sees it.
    let mut disguised = mine.clone();
    disguised["workflow_id"] = json!("basket-theirs");
    Asked::post("/start/Basket", &disguised).send(to).await.is_problem(403, "forbidden");
    for id in ["basket-theirs", "%62asket-theirs", "basket-mine-%2e%2e/../basket-theirs"] {
        let answer = Asked::get(&format!("/workflows/Basket/{id}")).send(to).await;
        assert!([403, 404].contains(&answer.status), "{id}: {answer:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_be_right_is_not_built() {
    let client = client().await;
    let open = || gateway().without_authorization();
    let refused = |gateway: durable::web::gateway::Gateway| {
        gateway.router(&client).expect_err("it is refused")
    };
    let unknown = refused(open().allow_type("Baskte", [Operation::Start]));
    assert!(matches!(unknown, GatewayError::UnknownType { .. }), "{unknown}");
    let unknown = refused(open().queues(["nowhere"]));
    assert!(matches!(unknown, GatewayError::UnknownQueue { .. }), "{unknown}");
    // A type on a queue that the gateway doesn't have.
    let unknown = refused(open().queues(["gateway"]).allow::<Hidden>([Operation::Start]));
    assert!(matches!(unknown, GatewayError::UnknownType { .. }), "{unknown}");
    for (option, gateway) in [
        ("body_limit", open().body_limit(0)),
        ("longest_wait", open().longest_wait(std::time::Duration::ZERO)),
        ("max_waits", open().max_waits(0)),
        ("max_page_size", open().max_page_size(0)),
    ] {
        let error = refused(gateway).to_string();
        assert_eq!(
            error,
            format!("invalid `{option}`: 0 lets no request through; set a positive value")
        );
    }
    let gateway = open().queues(["gateway"]).allow::<Basket>([Operation::Start]);
    assert!(gateway.router(&client).is_ok());
}
