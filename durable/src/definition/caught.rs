//! A guard for user code whose panics must not reach the worker.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;

/// Calls user code.
///
/// # Errors
/// Returns the message of a panic.
pub(crate) fn caught<R>(call: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panic_message(panic.as_ref()))
}

/// Polls user code to its end.
///
/// # Errors
/// Returns the message of a panic.
pub(crate) async fn caught_async<F: Future>(future: F) -> Result<F::Output, String> {
    let output = AssertUnwindSafe(future).catch_unwind().await;
    output.map_err(|panic| panic_message(panic.as_ref()))
}

/// A value of the user's that the SDK drops outside of its guards. A panic of its `Drop` is logged.
pub(crate) struct Guarded<T> {
    value: Option<T>,
    type_name: &'static str,
}

impl<T> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::of_type(std::any::type_name::<T>(), value)
    }

    /// Guards a value that stands for one of another type.
    pub(crate) fn of_type(type_name: &'static str, value: T) -> Self {
        Self { value: Some(value), type_name }
    }

    pub(crate) fn get(&self) -> &T {
        self.value.as_ref().unwrap_or_else(|| unreachable!("{TAKEN_AT_THE_END}"))
    }

    pub(crate) fn into_inner(mut self) -> T {
        self.value.take().unwrap_or_else(|| unreachable!("{TAKEN_AT_THE_END}"))
    }
}

const TAKEN_AT_THE_END: &str = "only the calls that end a guarded value take it";

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        discard_of_type(self.type_name, self.value.take());
    }
}

/// Drops a value of the user's, and logs a panic of its `Drop`. The value is gone in any case.
pub(crate) fn discard<T>(value: T) {
    discard_of_type(std::any::type_name::<T>(), value);
}

fn discard_of_type<T>(type_name: &'static str, value: T) {
    if let Err(message) = caught(|| drop(value)) {
        log_panic(type_name, &message);
    }
}

fn log_panic(value: &'static str, message: &str) {
    tracing::error!(value, "the `Drop` of a value panicked: {message}");
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

    use super::{Guarded, caught, caught_async};

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("a value that panics when it is dropped");
        }
    }

    #[test]
    fn a_guarded_value_is_dropped_without_a_panic() {
        drop(Guarded::new(PanicsWhenDropped));
        assert_eq!(*Guarded::new(7).get(), 7);
    }

    #[tokio::test]
    async fn catches_a_panic_of_a_future_after_it_was_pending() {
        let late = async {
            tokio::task::yield_now().await;
            panic!("late");
        };
        assert_eq!(caught_async(late).await, Err::<(), _>("late".to_owned()));
        assert_eq!(caught_async(async { 1 }).await, Ok(1));
    }

    #[test]
    fn returns_the_output_or_the_message_of_the_panic() {
        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| panic!("plain")), Err::<(), _>("plain".to_owned()));
        assert_eq!(caught(|| panic!("{}", 7)), Err::<(), _>("7".to_owned()));
        let other = caught(|| panic_any(7));
        assert_eq!(other, Err::<(), _>("with a value that is not a string".to_owned()));
    }
}
