//! Runs the example as a user does.

#[test]
fn the_example_runs_and_says_where_its_tests_are() {
    let text = crate::printed("testing");
    for line in [
        "it ended as Approved",
        "undone: room of Ada",
        "undone: flight of Ada",
        "it failed: CardDeclined: no 5000.00 on this card",
        "to run the tests: cargo test --test testing_example",
    ] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
}
