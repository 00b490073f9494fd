//! A guard for user code whose panics must not reach the worker.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls user code.
///
/// # Errors
/// Returns the message of a panic.
pub(crate) fn caught<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panic_message(panic.as_ref()))
}

/// Returns the message of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "with a value that is not a string".to_owned())
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::caught;

    #[test]
    fn returns_the_output_or_the_message_of_the_panic() {
        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(caught(|| panic!("{}", 7)), Err::<(), _>("7".to_owned()));
        let other = caught(|| panic_any(7));
        assert_eq!(other, Err::<(), _>("with a value that is not a string".to_owned()));
    }
}
