//! Runs the example as a user does, on a server of its own.

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
