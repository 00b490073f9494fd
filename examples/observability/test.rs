//! The example as a user runs it: the log is read as a collector of logs reads it.

use std::process::Command;

use serde_json::Value;

/// Returns the messages of the lines of a level that carry these ids.
fn messages<'a>(lines: &'a [Value], level: &str, span: &str, order: &str) -> Vec<&'a str> {
    let of_order = |line: &&Value| {
        let spans = line["spans"].as_array().map_or(&[][..], Vec::as_slice);
        line["level"] == level
            && spans
                .first()
                .is_some_and(|first| first["name"] == span && first["workflow_id"] == order)
    };
    lines.iter().filter(of_order).filter_map(|line| line["message"].as_str()).collect()
}

#[test]
fn the_log_tells_an_operator_what_happened() {
    let folder = crate::folder();
    let output = Command::new(folder.join("observability"))
        .env("TEMPORAL_ADDRESS", "127.0.0.1:1")
        .env_remove("RUST_LOG")
        .output()
        .expect("the example is there; `cargo build --examples` makes it");
    let log = String::from_utf8(output.stderr).expect("text");
    let printed = String::from_utf8(output.stdout).expect("text");
    for line in [
        "orders_accepted_total{task_queue=\"observability\",workflow_type=\"Order\"",
        "orders_paid_total{task_queue=\"observability\",workflow_type=\"Order\"",
        "payment_waited_seconds_count{activity_type=\"charge\"",
        "paid_cents_sum{activity_type=\"charge\",currency=\"eur\"",
        "durable_worker_deaths_total{task_queue=\"observability\"} 0",
    ] {
        assert!(printed.contains(line), "no line {line:?} in\n{printed}");
    }
    let value = |name: &str| {
        let line = printed.lines().find(|line| line.starts_with(name)).expect("it is there");
        line.rsplit(' ').next().map(str::to_owned)
    };
    assert_eq!(value("orders_accepted_total").as_deref(), Some("2"));
    assert_eq!(value("orders_paid_total").as_deref(), Some("1"));
    assert!(output.status.success(), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let accepted = ["the order is accepted", "the order is paid", "asked"];
    assert_eq!(messages(&lines, "INFO", "workflow", "order-1"), accepted);
    assert_eq!(messages(&lines, "INFO", "activity", "order-1"), ["charged"]);
    assert_eq!(
        messages(&lines, "WARN", "activity", "order-1"),
        [
            "attempt 1 of 3 of activity `charge` failed, the next in 50.0ms: Busy: the bank is busy",
            "attempt 2 of 3 of activity `charge` failed, the next in 100.0ms: Busy: the bank is busy",
        ]
    );
    assert_eq!(
        messages(&lines, "ERROR", "workflow", "order-2"),
        ["the workflow failed: activity `charge` failed: Refused: the bank refuses the payment"]
    );
    assert!(!log.contains("temporalio"), "{log}");
}
