//! Runs the example as a user does, on a server of its own.

use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn every_order_ends_as_it_must_and_the_example_within_20_seconds() {
    let before = Instant::now();
    let text = crate::printed("orders");
    let took = before.elapsed();

    assert!(took < Duration::from_secs(20), "it took {took:?}");
    assert!(text.contains("web UI at http://127.0.0.1:"), "{text}");
    assert!(text.contains("24 orders read, 21 started"), "{text}");
    assert!(text.contains("waiting for approval"), "{text}");
    assert!(text.contains("6 failed") && text.contains("15 shipped"), "{text}");
    // The file has this order twice; whichever came second was refused.
    assert_eq!(text.matches("1008    shipped        txn-1008, parcel-1008").count(), 1, "{text}");
    let refused = "1008    already there  workflow `order-1008` is already started";
    assert_eq!(text.matches(refused).count(), 1, "{text}");
    for line in [
        "  1  1001    shipped        txn-1001, parcel-1001",
        "  3  1003    shipped        txn-1003, parcel-1003",
        "  4  1004    shipped        txn-1004, parcel-1004",
        "  6  1006    failed         NotApproved: it was not approved",
        "  7  1007    failed         CardDeclined: the bank declined 45.10",
        " 10  1009    failed         InvalidOrder: an order cannot cost -5.00",
        " 12  1011    unreadable     amount: invalid type: string \"a lot\", expected f64",
        " 16  1015    failed         NotApproved: nobody approved it within 4s",
        " 18  1017    failed         the bank is offline",
        " 21  1020    unreadable     missing field `amount`",
        " 23  1022    failed         CardDeclined: the bank declined 501.00",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
}

/// Runs the command `schema` of the example.
fn schema(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(crate::folder().join("orders"));
    let output = command.arg("schema").args(arguments).output().expect("the example is there");
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &errors)
}

#[test]
fn the_committed_contract_and_catalogue_are_those_of_the_program() {
    for (file, format) in [("contract.json", "json"), ("catalogue.md", "markdown")] {
        let (code, text) = schema(&["--format", format]);
        assert_eq!(code, Some(0), "{text}");
        let path = format!("{}/orders/{file}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("DURABLE_WRITE_DOCS").is_some() {
            std::fs::write(&path, &text).expect("it is written");
        }
        let committed = std::fs::read_to_string(&path).expect("it is committed");
        assert_eq!(
            committed, text,
            "look at the difference, and write {file} with DURABLE_WRITE_DOCS=1"
        );
    }
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/orders/contract.json");
    let (code, text) = schema(&["--check", contract]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_change_that_breaks_running_orders_is_found() {
    let contract = include_str!("contract.json").replace("order-{order_id}", "{order_id}");
    let file = std::env::temp_dir().join(format!("orders-contract-{}.json", std::process::id()));
    std::fs::write(&file, contract).expect("it is written");
    let (code, text) = schema(&["--check", &file.display().to_string()]);
    std::fs::remove_file(&file).expect("it is removed");
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("the id template changes from `{order_id}` to `order-{order_id}`"),
        "{text}"
    );
}
