//! Recurring schedules through the gateway.

use durable_tests::unique;
use serde_json::{Value, json};

use crate::http::Asked;
use crate::open;

#[tokio::test]
async fn a_schedule_is_created_changed_triggered_and_deleted() {
    let to = open().await;
    let id = unique("schedule");
    let at = |rest: &str| format!("/schedules/Echo/{id}{rest}");
    let body = json!({
        "inputs": ["x"],
        "every": ["1h"],
        "cron": ["0 3 * * *"],
        "time_zone": "Europe/Rome",
        "overlap": "buffer_one",
        "note": "a test",
    });
    Asked::post(&at(""), &body).send(to).await.is(201);
    Asked::post(&at(""), &body).send(to).await.is_problem(409, "schedule-exists");
    let described = Asked::get(&at("")).send(to).await.is(200);
    assert_eq!(described["every"], json!(["3600000ms"]));
    assert_eq!(described["overlap"], "buffer_one");
    assert_eq!(described["note"], "a test");
    assert_eq!(described["time_zone"], "Europe/Rome");
    assert!(!described["next_runs"].as_array().expect("times").is_empty(), "{described}");
    Asked::post(&at("/pause"), &json!({ "note": "pause" })).send(to).await.is(200);
    let described = Asked::get(&at("")).send(to).await.is(200);
    assert_eq!((&described["paused"], &described["note"]), (&json!(true), &json!("pause")));
    Asked::post(&at("/unpause"), &json!({})).send(to).await.is(200);
    Asked::post(&at("/trigger"), &json!({})).send(to).await.is(202);
    while Asked::get(&at("")).send(to).await.is(200)["started"] == json!(0) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    while !listed(&Asked::get("/schedules?type=Echo").send(to).await.is(200), &id) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!listed(&Asked::get("/schedules?type=Basket").send(to).await.is(200), &id));
    Asked::new("DELETE", &at("")).send(to).await.is(200);
    Asked::get(&at("")).send(to).await.is_problem(404, "schedule-not-found");
}

fn listed(page: &Value, id: &str) -> bool {
    page["schedules"].as_array().expect("a list").iter().any(|it| it["schedule_id"] == id)
}

#[tokio::test]
async fn a_schedule_that_cannot_be_right_is_refused() {
    let to = open().await;
    for (body, code) in [
        (json!({ "inputs": ["x"] }), "invalid-input"),
        (json!({ "inputs": ["x"], "manual": true, "every": ["1h"] }), "invalid-input"),
        (json!({ "inputs": ["x"], "every": ["now"] }), "invalid-input"),
        (json!({ "inputs": ["x"], "every": "1h" }), "invalid-input"),
        (json!({ "inputs": ["x"], "manual": "yes" }), "invalid-input"),
        (json!({ "inputs": ["x"], "manual": true, "overlap": "never" }), "invalid-input"),
        (json!({ "inputs": [7], "manual": true }), "invalid-input"),
        (json!({ "inputs": ["x"], "cron": ["not cron"] }), "invalid-schedule"),
        (json!({ "inputs": ["x"], "every": ["1h"], "time_zone": "Mars/Base" }), "invalid-schedule"),
    ] {
        let path = format!("/schedules/Echo/{}", unique("schedule"));
        let answer = Asked::post(&path, &body).send(to).await;
        answer.is_problem(422, code);
    }
}
