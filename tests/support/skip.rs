//! Tests that need a program that not every machine has.

/// The variable that turns a skip into a failure, for CI.
const NO_SKIPS: &str = "DURABLE_NO_SKIPS";

/// Says that a test is skipped, and what to install so that it runs.
///
/// # Panics
/// If the variable `DURABLE_NO_SKIPS` is `1`.
pub fn skip(test: &str, reason: &str) {
    let message = format!("SKIPPED {test}: {reason}");
    assert!(std::env::var(NO_SKIPS).as_deref() != Ok("1"), "{message} ({NO_SKIPS}=1)");
    // Past the capture of the test harness, so that it is seen without `--nocapture`.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{message}\n").as_bytes());
}
