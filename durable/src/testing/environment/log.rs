//! What is logged while a test runs, in the output of that test.
//!
//! The test harness captures what is printed by the thread of a test, and by the threads that it
//! starts. So the runtimes of an environment are made on its test's thread, and the log is printed.

use std::sync::Once;

use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing else.
const DEFAULT_FILTER: &str = "info,temporalio_client=warn,temporalio_common=warn,\
                              temporalio_sdk=warn,temporalio_sdk_core=warn,durable::worker=warn";

/// Logs to the output of tests, unless the program has a log of its own.
pub(super) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter =
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
        let log =
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_test_writer();
        // A test binary that has set a subscriber of its own wants that one.
        let _ = log.try_init();
    });
}
