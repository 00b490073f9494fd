//! The exit codes of a worker's process: 0, 1 or 2.

use std::fmt;
use std::process::{ExitCode, Termination};

use super::drain::is_left_behind;
use super::worker_thread::is_any_running;
use crate::error::report::{CLEAN, Report, exit_code};
use crate::error::{Error, Result};

/// The end of a program, as `main` returns it. The exit code is 0 after a clean end, 1 when a worker was given up
/// or something else failed, and 2 when the program can't run as it is set up.
///
/// An error is printed to standard error, with its causes.
///
/// ```no_run
/// use durable::prelude::*;
/// use durable::worker::Exit;
///
/// #[durable::main]
/// async fn main() -> Exit {
///     serve().await.into()
/// }
///
/// async fn serve() -> durable::Result<()> {
///     let client = Client::from_env().await?;
///     Workers::new(&client).run().await
/// }
/// ```
///
/// With `#[durable::main]` the process ends even if an activity that was left behind still runs. A Tokio
/// runtime of your own waits for code that blocks; call [`Exit::now`] there.
#[must_use = "`main` returns it"]
pub struct Exit(Result<()>);

impl Exit {
    /// Returns the exit code: 0, 1 or 2.
    #[must_use]
    pub fn code(&self) -> u8 {
        self.0.as_ref().map_or_else(|error| exit_code(error), |()| CLEAN)
    }

    /// Prints the error, if there is one, and exits the process.
    pub fn now(self) -> ! {
        let code = self.code();
        self.print();
        std::process::exit(code.into())
    }

    fn print(&self) {
        if let Err(error) = &self.0 {
            eprintln!("Error: {}", Report(error));
        }
    }
}

impl<E: Into<Error>> From<Result<(), E>> for Exit {
    fn from(result: Result<(), E>) -> Self {
        Self(result.map_err(Into::into))
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        self.print();
        self.code().into()
    }
}

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exit").field(&self.code()).field(&self.0).finish()
    }
}

/// Runs a whole program, without waiting for anything that the workers left behind.
///
/// # Panics
/// Panics if the operating system refuses the threads of a runtime.
pub(crate) fn block_on<F: Future>(main: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a program without threads cannot run");
    let output = runtime.block_on(main);
    if is_left_behind() || is_any_running() {
        // The shutdown of the runtime would wait for a blocking activity that was given up. It would also
        // make the threads of running workers panic, as after an error of `main` that dropped its workers.
        // The process ends with all of them.
        std::mem::forget(runtime);
    }
    output
}

#[cfg(test)]
mod tests {
    use super::Exit;
    use crate::error::{ConnectionError, Error};
    use crate::worker::WorkerError;

    #[test]
    fn the_codes_are_those_of_the_original() {
        let code = |error: Error| Exit::from(Err::<(), _>(error)).code();
        assert_eq!(Exit::from(Ok::<(), Error>(())).code(), 0);
        let died = WorkerError::Ended {
            queue: "orders".to_owned(),
            restarts: 3,
            source: "the reason".into(),
        };
        assert_eq!(code(died.into()), 1);
        assert_eq!(code(WorkerError::Interrupted.into()), 1);
        assert_eq!(code(WorkerError::Disabled.into()), 2);
        assert_eq!(code(WorkerError::Misconfigured { problems: Vec::new() }.into()), 2);
        assert_eq!(code(ConnectionError::Disabled { by: "the test".to_owned() }.into()), 2);
    }
}
