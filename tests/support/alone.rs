//! Tests that need a process of their own, because what they test is the same for a whole process.

use std::ffi::OsStr;
use std::process::{Command, Output};

/// The variable by which a test knows that it is alone.
const ALONE: &str = "DURABLE_TESTS_ALONE";

/// Runs a test of this binary in a process of its own, and returns what it printed.
///
/// # Panics
/// Panics if the test fails, or if there is none of this name.
pub async fn run_alone<V: AsRef<OsStr>>(test: &str, variables: &[(&str, V)]) -> Output {
    let mut process = Command::new(std::env::current_exe().expect("a test binary has a path"));
    process.args(["--exact", test, "--nocapture"]).env(ALONE, "1").env_remove("RUST_LOG");
    process.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = tokio::task::spawn_blocking(move || process.output()).await;
    let output = output.expect("it does not panic").expect("this binary runs");
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
    output
}

/// Returns whether a test runs alone, by [`run_alone`].
#[must_use]
pub fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}
