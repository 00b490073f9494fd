//! The server as a child process: it dies with its parent, its last output is kept, and it is
//! always reaped.
//!
//! It knows nothing of Temporal. No part of it lives on an async runtime, so a server may be
//! started on one runtime and used, stopped or dropped on another or on none.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, PipeReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long a server with a database file gets to end by itself; it needs about a second.
const GRACE: Duration = Duration::from_secs(5);
/// How long a killed process may take to go, on a machine that is very busy.
pub(super) const KILL_LIMIT: Duration = Duration::from_secs(10);
const REAP_POLL: Duration = Duration::from_millis(5);

const KEPT_LINES: usize = 30;
const KEPT_BYTES_OF_LINE: usize = 2_000;

/// How a process ended, where the operating system told.
pub(super) type Ending = Option<ExitStatus>;

/// The process was killed and is still there.
#[derive(Debug)]
pub(super) struct StillThere;

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    id: u32,
    gentle: bool,
    /// While this is open, the keeper lets the server live. See `leash.sh`.
    leash: Option<ChildStdin>,
    child: Arc<Mutex<Child>>,
    output: Arc<Mutex<VecDeque<String>>>,
    ending: watch::Receiver<Option<Ending>>,
}

impl Process {
    /// Starts `program`. A `gentle` one gets time to end by itself when it is to end.
    pub(super) fn spawn(program: &Path, arguments: &[OsString], gentle: bool) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let grace = if gentle { GRACE } else { Duration::ZERO };
        let mut command = leashed(program, arguments, grace);
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let mut child = command.spawn()?;
        // The command holds this process's copies of the pipe's write end; while they are open, the
        // reader sees no end.
        drop(command);
        let id = child.id();
        let leash = child.stdin.take();
        let child = Arc::new(Mutex::new(child));
        let output = Arc::new(Mutex::new(VecDeque::new()));
        let (ended, ending) = watch::channel(None);
        let process = Self { id, gentle, leash, child, output, ending };
        let attendant = Attendant {
            child: Arc::clone(&process.child),
            output: Arc::clone(&process.output),
            ended,
        };
        // On an error `process` is dropped, which kills the child.
        thread::Builder::new()
            .name("durable-dev-server".to_owned())
            .spawn(move || attendant.attend(reader))?;
        Ok(process)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// The last lines it printed.
    pub(super) fn last_output(&self) -> String {
        Vec::from(lock(&self.output).clone()).join("\n")
    }

    /// How it ended, if it has.
    pub(super) fn has_ended(&self) -> Option<Ending> {
        *self.ending.borrow()
    }

    /// Waits for it to end by itself.
    pub(super) async fn ended(&self) -> Ending {
        let mut ending = self.ending.clone();
        // An error means that the attendant is gone, which it is only after the process.
        ending.wait_for(Option::is_some).await.ok().and_then(|ending| *ending).flatten()
    }

    /// Ends it and waits until it is gone: gently where it is to be gentle, then by force.
    pub(super) async fn stop(mut self) -> Result<(), StillThere> {
        if self.gentle && self.leash.take().is_some() && cfg!(unix) {
            // The keeper kills when the grace is over, and only if it is gone itself is this
            // process the one that does.
            let limit = GRACE + Duration::from_secs(1);
            if timeout(limit, self.ended()).await.is_ok() {
                return Ok(());
            }
        }
        self.kill();
        timeout(KILL_LIMIT, self.ended()).await.map(|_| ()).map_err(|_| StillThere)
    }

    fn kill(&self) {
        // This fails only if the process is gone, which is what is wanted.
        let _ = lock(&self.child).kill();
    }
}

impl Drop for Process {
    /// Kills at once and does not wait, since this may run on an async runtime's thread. The
    /// attendant reaps.
    fn drop(&mut self) {
        if self.has_ended().is_none() {
            self.kill();
        }
    }
}

/// The thread that reads what the server prints and reaps it when it ends.
struct Attendant {
    child: Arc<Mutex<Child>>,
    output: Arc<Mutex<VecDeque<String>>>,
    ended: watch::Sender<Option<Ending>>,
}

impl Attendant {
    fn attend(self, reader: PipeReader) {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
            self.keep(&line);
            line.clear();
        }
        // The pipe is at its end because the server is, or very soon.
        let ending = loop {
            match lock(&self.child).try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) => {}
                Err(_) => break None,
            }
            thread::sleep(REAP_POLL);
        };
        self.ended.send_replace(Some(ending));
    }

    fn keep(&self, line: &[u8]) {
        let line = &line[..line.len().min(KEPT_BYTES_OF_LINE)];
        let line = String::from_utf8_lossy(line).trim_end().to_owned();
        if line.is_empty() {
            return;
        }
        tracing::debug!(target: "durable::dev_server::output", "{line}");
        let mut kept = lock(&self.output);
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}

/// What the lock guards is whole after every statement, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The command that runs `program` for as long as its standard input stays open.
///
/// A shell does it because the other ways, `prctl` and a hook between fork and exec, need `unsafe`,
/// exist on Linux alone, and follow the thread that starts the server instead of the process.
#[cfg(unix)]
fn leashed(program: &Path, arguments: &[OsString], grace: Duration) -> Command {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(include_str!("leash.sh"))
        .arg("durable-dev-server")
        .arg((grace.as_millis() / 100).to_string())
        .arg(program)
        .args(arguments)
        // A group of its own: the keeper ends the group, and a Ctrl-C at the terminal must not
        // reach the server while workers still drain.
        .process_group(0);
    command
}

/// Here the server is a plain child: it ends when it is stopped or dropped, and outlives a parent
/// that is killed.
#[cfg(not(unix))]
fn leashed(program: &Path, arguments: &[OsString], _grace: Duration) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, gentle: bool) -> Process {
        let arguments = ["-c".into(), script.into()];
        Process::spawn(Path::new("/bin/sh"), &arguments, gentle).expect("there is a shell")
    }

    async fn first_line(process: &Process) -> String {
        let waiting = async {
            while process.last_output().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(10), waiting).await.expect("the process prints at once");
        process.last_output()
    }

    #[tokio::test]
    async fn the_process_itself_has_the_id_and_the_status_and_its_output_is_kept() {
        let process = shell("echo $$; echo oops >&2; exit 7", false);
        let status = process.ended().await.expect("it was reaped here");
        assert_eq!(status.code(), Some(7));
        assert_eq!(process.last_output(), format!("{}\noops", process.id()));
        assert_eq!(process.has_ended(), Some(Some(status)));
        process.stop().await.expect("it is gone already");
    }

    #[tokio::test]
    async fn stop_kills() {
        let process = shell("trap '' TERM; echo up; while :; do sleep 0.05; done", false);
        first_line(&process).await;
        process.stop().await.expect("nothing withstands a kill");
    }

    #[tokio::test]
    async fn a_gentle_stop_lets_the_process_end_by_itself() {
        let process =
            shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done", true);
        first_line(&process).await;
        let output = Arc::clone(&process.output);
        process.stop().await.expect("it ends at the signal");
        assert!(lock(&output).contains(&"bye".to_owned()));
    }

    #[tokio::test]
    async fn a_drop_kills_and_reaps() {
        let process = shell("echo up; exec sleep 60", false);
        first_line(&process).await;
        let mut ending = process.ending.clone();
        drop(process);
        let gone = ending.wait_for(Option::is_some);
        timeout(Duration::from_secs(10), gone).await.expect("in time").expect("it was told");
    }

    #[tokio::test]
    async fn a_program_that_cannot_be_run_says_so() {
        let process = Process::spawn(Path::new("/nowhere/temporal"), &[], false).expect("a shell");
        let status = process.ended().await.expect("it was reaped here");
        assert_eq!(status.code(), Some(127));
        assert!(process.last_output().contains("/nowhere/temporal"));
    }
}
