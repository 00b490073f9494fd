//! The hint for a program that logs nothing.

use std::io::Write as _;
use std::sync::Once;

use tracing::dispatcher;
use tracing::subscriber::NoSubscriber;

/// Says how to see logs, if there is no subscriber. It is said once for each process, on standard error.
pub(crate) fn without_subscriber() {
    static ONCE: Once = Once::new();
    if dispatcher::get_default(|current| !current.is::<NoSubscriber>()) {
        return;
    }
    ONCE.call_once(|| {
        // There is nobody to tell that this can't be written.
        let _ = writeln!(std::io::stderr(), "{HINT}");
    });
}

#[cfg(feature = "telemetry")]
const HINT: &str = "durable: this program shows no logs; call `durable::telemetry::init()`, or set a \
                    `tracing` subscriber of your own, before the workers run";
#[cfg(not(feature = "telemetry"))]
const HINT: &str = "durable: this program shows no logs; turn on durable's feature `telemetry` and call \
                    `durable::telemetry::init()`, or set a `tracing` subscriber of your own, before the \
                    workers run";
