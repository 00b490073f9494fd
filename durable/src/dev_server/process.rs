//! The server as a child process. It ends with its parent, its last output is kept, and it is always
//! reaped.
//!
//! Nothing here is specific to Temporal, and nothing runs on an async runtime: a server may be started
//! on one runtime, and used, stopped or dropped on another or outside of one.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader, PipeReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::private_file;

/// The time that a server with a database file gets to end by itself. It needs about a second.
const GRACE: Duration = Duration::from_secs(5);
/// The longest time that a killed process may take to end, on a very busy machine.
pub(super) const KILL_LIMIT: Duration = Duration::from_secs(10);
const REAP_POLL: Duration = Duration::from_millis(5);
/// The same for a server that outlives this process, usually.
const SLOW_REAP_POLL: Duration = Duration::from_millis(100);

const KEPT_LINES: usize = 30;
const KEPT_BYTES_OF_LINE: usize = 2_000;

/// The exit status of a process, if the operating system reported it.
pub(super) type Ending = Option<ExitStatus>;

/// The error of a process that was killed and is still running.
#[derive(Debug)]
pub(super) struct StillThere;

/// Another process with which a server ends, instead of this one.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "testing"), allow(dead_code, reason = "only tests share a server"))]
pub(super) struct Owner {
    pub(super) process_id: u32,
    /// The folder for the server's output, which is removed at its end.
    pub(super) folder: PathBuf,
}

impl Owner {
    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    id: u32,
    graceful: bool,
    /// The pipe to the watchdog, which ends the server when it is closed. See `watchdog.sh`.
    watchdog: Option<ChildStdin>,
    child: Arc<Mutex<Child>>,
    output: Arc<Mutex<VecDeque<String>>>,
    /// The file with the output of a server with an owner.
    log: Option<PathBuf>,
    ending: watch::Receiver<Option<Ending>>,
}

impl Process {
    /// Starts `program`. If `graceful`, it gets time to end by itself when it is stopped.
    pub(super) fn spawn(
        program: &Path,
        arguments: &[OsString],
        graceful: bool,
        owner: Option<&Owner>,
    ) -> io::Result<Self> {
        let grace = if graceful { GRACE } else { Duration::ZERO };
        let mut command = watched(program, arguments, grace, owner);
        let reader = if let Some(owner) = owner {
            // A pipe would break when this process ends, and the server with it.
            let log = private_file::create(&owner.log())?;
            command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            None
        } else {
            let (reader, writer) = io::pipe()?;
            command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
            Some(reader)
        };
        let mut child = command.spawn()?;
        // The command holds this process's copies of the pipe's write end. The reader reaches the end
        // only when they are closed.
        drop(command);
        let id = child.id();
        let watchdog = child.stdin.take();
        let child = Arc::new(Mutex::new(child));
        let output = Arc::new(Mutex::new(VecDeque::new()));
        let (ended, ending) = watch::channel(None);
        let log = owner.map(Owner::log);
        let process = Self { id, graceful, watchdog, child, output, log, ending };
        let reader_thread = ReaderThread {
            child: Arc::clone(&process.child),
            output: Arc::clone(&process.output),
            ended,
        };
        // On an error `process` is dropped, which kills the child.
        thread::Builder::new()
            .name("durable-dev-server".to_owned())
            .spawn(move || reader_thread.run(reader))?;
        Ok(process)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Returns the last lines that it printed.
    pub(super) fn last_output(&self) -> String {
        let Some(log) = &self.log else {
            return Vec::from(lock(&self.output).clone()).join("\n");
        };
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(KEPT_LINES)..].join("\n")
    }

    /// Returns the exit status, if the process has ended.
    pub(super) fn has_ended(&self) -> Option<Ending> {
        *self.ending.borrow()
    }

    /// Waits for it to end by itself.
    pub(super) async fn ended(&self) -> Ending {
        let mut ending = self.ending.clone();
        // An error means that the reader thread has ended, which it does only after the process.
        ending.wait_for(Option::is_some).await.ok().and_then(|ending| *ending).flatten()
    }

    /// Ends the process and waits for it: gracefully if it was started so, and then by force.
    pub(super) async fn stop(mut self) -> Result<(), StillThere> {
        if self.graceful && self.watchdog.take().is_some() && cfg!(unix) {
            // The watchdog kills the server after the grace period. This process does so only if the
            // watchdog is gone.
            let limit = GRACE + Duration::from_secs(1);
            if timeout(limit, self.ended()).await.is_ok() {
                return Ok(());
            }
        }
        self.kill();
        timeout(KILL_LIMIT, self.ended()).await.map(|_| ()).map_err(|_| StillThere)
    }

    fn kill(&self) {
        // This fails only if the process has already ended.
        let _ = lock(&self.child).kill();
    }
}

impl Drop for Process {
    /// Kills the process without waiting for it, since this may run on a thread of an async runtime.
    /// The reader thread reaps it.
    fn drop(&mut self) {
        if self.has_ended().is_none() {
            self.kill();
        }
    }
}

/// The thread that reads the server's output, and reaps the server when it ends.
struct ReaderThread {
    child: Arc<Mutex<Child>>,
    output: Arc<Mutex<VecDeque<String>>>,
    ended: watch::Sender<Option<Ending>>,
}

impl ReaderThread {
    fn run(self, reader: Option<PipeReader>) {
        let poll = if reader.is_some() { REAP_POLL } else { SLOW_REAP_POLL };
        if let Some(reader) = reader {
            self.read(reader);
        }
        let ending = loop {
            match lock(&self.child).try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) => {}
                Err(_) => break None,
            }
            thread::sleep(poll);
        };
        self.ended.send_replace(Some(ending));
    }

    /// Reads to the end of the pipe, which comes when the server has ended or is about to.
    fn read(&self, reader: PipeReader) {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
            self.keep(&line);
            line.clear();
        }
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

/// Locks a mutex, also after a panic elsewhere: the data behind it is consistent after every
/// statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the command that runs `program` as long as its standard input is open, or its owner runs.
///
/// A shell does that, because the alternatives, `prctl` and a hook between fork and exec, need
/// `unsafe`, exist on Linux only, and end the server with the thread that started it instead of the
/// process.
#[cfg(unix)]
fn watched(
    program: &Path,
    arguments: &[OsString],
    grace: Duration,
    owner: Option<&Owner>,
) -> Command {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(include_str!("watchdog.sh"))
        .arg("durable-dev-server")
        .arg((grace.as_millis() / 100).to_string())
        .arg(owner.map_or_else(String::new, |owner| owner.process_id.to_string()))
        .arg(owner.map_or(Path::new(""), |owner| &owner.folder))
        .arg(program)
        .args(arguments)
        // The watchdog ends the whole group, and a Ctrl-C at the terminal must not reach the server
        // while workers still drain.
        .process_group(0);
    command
}

/// Returns the command that runs `program` as a plain child, which ends when it is stopped or dropped
/// and outlives a parent that is killed.
#[cfg(not(unix))]
fn watched(
    program: &Path,
    arguments: &[OsString],
    _grace: Duration,
    _owner: Option<&Owner>,
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, graceful: bool) -> Process {
        let arguments = ["-c".into(), script.into()];
        Process::spawn(Path::new("/bin/sh"), &arguments, graceful, None).expect("there is a shell")
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
    async fn a_graceful_stop_lets_the_process_end_by_itself() {
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
        let process =
            Process::spawn(Path::new("/nowhere/temporal"), &[], false, None).expect("a shell");
        let status = process.ended().await.expect("it was reaped here");
        assert_eq!(status.code(), Some(127));
        assert!(process.last_output().contains("/nowhere/temporal"));
    }
}
