//! Durations of the server's protocol.

use std::time::Duration;

/// Converts a duration of the server, which is never negative.
pub(super) fn from_server<T: TryInto<Duration>>(duration: T) -> Duration {
    duration.try_into().unwrap_or_default()
}
