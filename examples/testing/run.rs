//! Runs the example as a user does.

use std::process::Command;

#[test]
fn the_example_runs_and_says_where_its_tests_are() {
    // target/debug/deps/testing_example_runs-0123456789abcdef; Cargo has built the examples next to it.
    let this = std::env::current_exe().expect("this binary has a path");
    let folder = this.ancestors().nth(2).expect("it is in a target directory");
    let output = Command::new(folder.join("examples/testing")).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
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
