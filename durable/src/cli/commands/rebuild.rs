//! The workers of `dev`: in a process of their own, started again when the program was built anew.
//!
//! The server stays with the parent, so what runs on it goes on. The child runs the same command with a
//! hidden option, and stops when its standard input is closed, which happens also when the parent is
//! killed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use tokio::process::{Child, ChildStdin, Command};

use crate::cli::exit::{Outcome, Problem};
use crate::worker::StopSignals;

/// The hidden option that makes a `dev` the child of another.
pub(super) const WORKERS_OF: &str = "workers-of";

/// How often the program's file is looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// The program that is to be run again.
pub(super) struct Rebuilt {
    executable: PathBuf,
    arguments: Vec<OsString>,
}

impl Rebuilt {
    /// The program that runs here, with the arguments that it was given and the server's address.
    pub(super) fn new(given: &[OsString], address: &str) -> Outcome<Self> {
        let executable = std::env::current_exe().map_err(Problem::failure)?;
        let mut arguments: Vec<_> = given.iter().skip(1).cloned().collect();
        arguments.push(format!("--{WORKERS_OF}={address}").into());
        Ok(Self { executable, arguments })
    }

    /// Runs the workers until the process is told to stop, and again whenever the program is built.
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
                    eprintln!("the workers ended with {status}; they start again when it is built");
                    tokio::select! {
                        () = self.changed(built) => {}
                        _ = signals.next() => return ended(status),
                    }
                }
                () = self.changed(built) => {
                    eprintln!("the program was built; its workers start again");
                    stop(workers, input, signals).await?;
                }
                _ = signals.next() => return ended(stop(workers, input, signals).await?),
            }
        }
    }

    /// The process, and its standard input, which waiting for it would close.
    fn spawn(&self) -> Outcome<(Child, Option<ChildStdin>)> {
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments).stdin(Stdio::piped()).kill_on_drop(true);
        let mut workers = command.spawn().map_err(Problem::failure)?;
        let input = workers.stdin.take();
        Ok((workers, input))
    }

    /// When the program was built; none while it is being written.
    fn built(&self) -> Option<(SystemTime, u64)> {
        let file = std::fs::metadata(&self.executable).ok()?;
        Some((file.modified().ok()?, file.len()))
    }

    /// Waits until the program is another than that one, and is not being written any more.
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

/// Lets the workers drain; a signal meanwhile ends them at once.
async fn stop(
    mut workers: Child,
    input: Option<ChildStdin>,
    signals: &mut StopSignals,
) -> Outcome<ExitStatus> {
    drop(input);
    let status = tokio::select! {
        status = workers.wait() => status,
        _ = signals.next() => {
            // It may have ended by itself meanwhile.
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

/// Resolves when the standard input is closed.
pub(super) async fn closed_input() {
    let (closed, wait) = tokio::sync::oneshot::channel::<()>();
    // A thread that nobody waits for: reading cannot be broken off.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(closed);
    });
    // It is dropped and never sent.
    let _ = wait.await;
}
