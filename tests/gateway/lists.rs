//! Lists of workflows: pages, filters, and attempts to see more.

use std::net::SocketAddr;

use durable::web::gateway::{Operation, gateway};
use durable_tests::unique;
use serde_json::{Value, json};

use crate::flows::Echo;
use crate::http::Asked;
use crate::{guarded, open, serve};

/// Starts some workflows, and waits until they are all listed.
async fn listed(to: SocketAddr, count: usize) -> String {
    let prefix = unique("list");
    for number in 0..count {
        let body = json!({ "inputs": ["x"], "workflow_id": format!("{prefix}.{number}") });
        Asked::post("/start/Echo", &body).bearer("all").send(to).await.is(201);
    }
    let path = format!("/workflows?id_prefix={prefix}.&status=completed");
    while ids(&Asked::get(&path).bearer("all").send(to).await.is(200)).len() < count {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    prefix
}

/// Encodes every byte of a text.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}

fn ids(page: &Value) -> Vec<String> {
    let all = page["workflows"].as_array().expect("a list").iter();
    all.map(|it| it["workflow_id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn pages_have_every_workflow_once() {
    let to = open().await;
    let prefix = listed(to, 5).await;
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/workflows?id_prefix={prefix}.&limit=2&page={next}");
        let page = Asked::get(&path).send(to).await.is(200);
        assert!(ids(&page).len() <= 2, "{page}");
        all.extend(ids(&page));
        match page["next_page"].as_str() {
            Some(token) => next = token.to_owned(),
            None => break,
        }
    }
    all.sort();
    assert_eq!(all, (0..5).map(|number| format!("{prefix}.{number}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn filters_only_narrow_a_list() {
    let to = open().await;
    let prefix = listed(to, 2).await;
    let narrow =
        serve(gateway().without_authorization().allow_type("Basket", [Operation::List])).await;
    let path = format!("/workflows?id_prefix={prefix}.&type=Echo");
    assert_eq!(ids(&Asked::get(&path).send(to).await.is(200)).len(), 2);
    let filter = encoded(&format!("WorkflowId = '{prefix}.1'"));
    let one = Asked::get(&format!("/workflows?filter={filter}")).send(to).await.is(200);
    assert_eq!(ids(&one), [format!("{prefix}.1")]);
    for attempt in [
        "WorkflowType = 'Echo'".to_owned(),
        "WorkflowType = 'Basket' OR WorkflowType = 'Echo'".to_owned(),
        "1 = 1".to_owned(),
        "x') OR (WorkflowType = 'Echo'".to_owned(),
        "WorkflowType = 'Echo') OR (WorkflowType = 'Echo'".to_owned(),
        "WorkflowType = 'Echo' --".to_owned(),
        "WorkflowId = 'x' /* */) OR (WorkflowType = 'Echo'".to_owned(),
        "WorkflowId IS NOT NULL ORDER BY StartTime".to_owned(),
        "WorkflowId = 'x'; WorkflowType = 'Echo'".to_owned(),
        format!("WorkflowId STARTS_WITH '{prefix}'"),
        String::new(),
    ] {
        let filter = encoded(&attempt);
        let answer = Asked::get(&format!("/workflows?filter={filter}")).send(narrow).await;
        if answer.status == 200 {
            assert!(!answer.body.contains(&prefix), "{attempt}: {answer:?}");
        } else {
            answer.is_problem(400, "invalid-query");
        }
    }
    for attempt in ["x' OR WorkflowType = 'Echo", "' OR ''='", "\\", "%"] {
        let attempt = encoded(attempt);
        let answer = Asked::get(&format!("/workflows?id_prefix={attempt}")).send(narrow).await;
        if answer.status == 200 {
            assert!(!answer.body.contains(&prefix), "{attempt}: {answer:?}");
        } else {
            answer.is_problem(400, "invalid-query");
        }
    }
    for attempt in ["Echo", "Basket') OR ('x", "", "Basket' OR WorkflowType='Echo"] {
        let answer =
            Asked::get(&format!("/workflows?type={}", encoded(attempt))).send(narrow).await;
        answer.is_problem(404, "unknown-workflow-type");
    }
}

#[tokio::test]
async fn lists_have_only_the_types_that_the_caller_may_see() {
    let to = guarded().await;
    let prefix = listed(to, 1).await;
    let path = format!("/workflows?id_prefix={prefix}.");
    assert_eq!(ids(&Asked::get(&path).bearer("all").send(to).await.is(200)).len(), 1);
    // This caller may see another type only.
    assert_eq!(ids(&Asked::get(&path).bearer("baskets").send(to).await.is(200)).len(), 0);
    let asked = Asked::get(&format!("{path}&type=Echo")).bearer("baskets").send(to).await;
    asked.is_problem(403, "forbidden");
    Asked::get(&path).bearer("none").send(to).await.is_problem(403, "forbidden");
    Asked::get(&path).send(to).await.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_forged_page_is_refused_and_shows_nothing_more() {
    let to = open().await;
    let prefix = listed(to, 3).await;
    let page =
        Asked::get(&format!("/workflows?id_prefix={prefix}.&limit=1")).send(to).await.is(200);
    let token = page["next_page"].as_str().expect("there are more").to_owned();
    for forged in ["x", "!!", "AAAA", "bm8gdG9rZW4"] {
        let answer = Asked::get(&format!("/workflows?page={forged}")).send(to).await;
        answer.is_problem(400, "invalid-parameter");
    }
    // The token of one list in another one: the filter of that one holds.
    let narrow =
        serve(gateway().without_authorization().allow_type("Basket", [Operation::List])).await;
    let other = Asked::get(&format!("/workflows?page={token}")).send(narrow).await;
    assert!(!other.body.contains(&prefix), "{other:?}");
}

#[tokio::test]
async fn the_size_of_a_page_is_bounded() {
    let small = gateway().without_authorization().allow::<Echo>([Operation::List]).max_page_size(3);
    let to = serve(small).await;
    for limit in ["0", "4", "-1", "x", "99999999999999999999", ""] {
        let answer = Asked::get(&format!("/workflows?limit={limit}")).send(to).await;
        let problem = answer.is_problem(400, "invalid-parameter");
        assert_eq!(problem["parameter"], "limit");
    }
    let page = Asked::get("/workflows").send(to).await.is(200);
    assert!(ids(&page).len() <= 3, "{page}");
    for status in ["Running", "ended", "running' OR '1"] {
        let status = status.replace(' ', "%20").replace('\'', "%27");
        let answer = Asked::get(&format!("/workflows?status={status}")).send(to).await;
        answer.is_problem(400, "invalid-parameter");
    }
}
