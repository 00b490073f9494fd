//! The workers of `dev`, in a process of their own that is restarted when the program is rebuilt.
//!
//! The server stays with the parent, so that workflows go on. The child runs the same command with a hidden
//! option. It stops when its standard input is closed, which also happens when the parent is killed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use tokio::process::{Child, ChildStdin, Command};

use crate::cli::exit::{Outcome, Problem};
use crate::worker::StopSignals;

/// The hidden option that makes a `dev` the child of another.
pub(super) const WORKERS_OF: &str = "workers-of";

/// The time between two looks at the program's file.
const PERIOD: Duration = Duration::from_millis(300);

/// The program that is run again after a build.
pub(super) struct Rebuilt {
    executable: PathBuf,
    arguments: Vec<OsString>,
}

impl Rebuilt {
    /// Takes the running program, with its arguments and the server's address.
    pub(super) fn new(given: &[OsString], address: &str) -> Outcome<Self> {
        let executable = std::env::current_exe().map_err(Problem::failure)?;
        let mut arguments: Vec<_> = given.iter().skip(1).cloned().collect();
        arguments.push(format!("--{WORKERS_OF}={address}").into());
        Ok(Self { executable, arguments })
    }

    /// Runs the workers until the process is told to stop, and restarts them after each build.
    pub(super) async fn serve(&self, signals: &mut StopSignals) -> Outcome {
        loop {
            let built = self.built();
            let (mut workers, input) = self.spawn()?;
            tokio::select! {
                status = workers.wait() => {
                    let status = status.map_err(Problem::failure)?;
                    if status.success() {
                        return Ok(());
                    }
                    eprintln!("the workers ended with {status}; they restart after the next build");
                    tokio::select! {
                        () = self.changed(built) => {}
                        _ = signals.next() => return ended(status),
                    }
                }
                () = self.changed(built) => {
                    eprintln!("the program was rebuilt; restarting its workers");
                    stop(workers, input, signals).await?;
                }
                _ = signals.next() => return ended(stop(workers, input, signals).await?),
            }
        }
    }

    /// Starts the process. Its standard input is returned apart, because waiting would close it.
    fn spawn(&self) -> Outcome<(Child, Option<ChildStdin>)> {
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments).stdin(Stdio::piped()).kill_on_drop(true);
        let mut workers = command.spawn().map_err(Problem::failure)?;
        let input = workers.stdin.take();
        Ok((workers, input))
    }

    /// Returns the time and size of the last build, or `None` while the file is being written.
    fn built(&self) -> Option<(SystemTime, u64)> {
        let file = std::fs::metadata(&self.executable).ok()?;
        Some((file.modified().ok()?, file.len()))
    }

    /// Waits until the program differs from that build and isn't being written any more.
    async fn changed(&self, from: Option<(SystemTime, u64)>) {
        let mut last = from;
        loop {
            tokio::time::sleep(PERIOD).await;
            let now = self.built();
            if now.is_some() && now != from && now == last {
                return;
            }
            last = now;
        }
    }
}

/// Drains the workers. A signal during that ends them at once.
async fn stop(
    mut workers: Child,
    input: Option<ChildStdin>,
    signals: &mut StopSignals,
) -> Outcome<ExitStatus> {
    drop(input);
    let status = tokio::select! {
        status = workers.wait() => status,
        _ = signals.next() => {
            // It may have ended by itself.
            let _ = workers.start_kill();
            workers.wait().await
        }
    };
    status.map_err(Problem::failure)
}

fn ended(status: ExitStatus) -> Outcome {
    if status.success() {
        return Ok(());
    }
    Err(Problem::failure(format!("the workers ended with {status}")))
}

/// Waits until the standard input is closed.
pub(super) async fn closed_input() {
    let (closed, wait) = tokio::sync::oneshot::channel::<()>();
    // Nobody waits for this thread, because a read can't be interrupted.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(closed);
    });
    // It is dropped and never sent.
    let _ = wait.await;
}
