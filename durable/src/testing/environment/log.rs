//! The log of a test, which is part of the test's output.
//!
//! The test harness captures the output of a test's thread and of the threads that it starts. So the
//! runtimes of an environment are created on the test's thread, and the log is printed.

use std::sync::Once;

use tracing_subscriber::EnvFilter;

/// The log filter that applies if `RUST_LOG` is not set.
const DEFAULT_FILTER: &str = "info,temporalio_client=warn,temporalio_common=warn,\
                              temporalio_sdk=warn,temporalio_sdk_core=warn,durable::worker=warn";

/// Logs to the output of tests, unless the program has set a subscriber of its own.
pub(super) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter =
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
        let log =
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_test_writer();
        // A subscriber that the test binary has set is kept.
        let _ = log.try_init();
    });
}
