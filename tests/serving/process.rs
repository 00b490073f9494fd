//! A worker process: what it prints, and how it ends.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use durable_tests::process::signal;
use tempfile::TempDir;

/// The limit of every wait. No test measures it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The helper, running. It is killed when a test ends without having seen its end.
pub(crate) struct Worker {
    child: Child,
    printed: Receiver<String>,
    folder: TempDir,
}

impl Worker {
    /// Starts the helper for a queue, with settings such as `("DRAIN_TIMEOUT_S", "1")` of the section
    /// `worker`, or whole variables.
    pub(crate) fn start(address: &str, queue: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let log = File::create(folder.path().join("log")).expect("it can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_serving-helper"));
        command
            .env("TEMPORAL_ADDRESS", address)
            .env("SERVING_QUEUE", queue)
            .env("RUST_BACKTRACE", "0")
            .env("DURABLE__WORKER__STICKY_QUEUE_SCHEDULE_TO_START_TIMEOUT_MS", "500")
            .env("DURABLE__WORKER__ACTIVITIES_PER_SECOND", "0")
            .env_remove("DURABLE_CONFIG")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        for (name, value) in settings {
            if ["DURABLE__", "SERVING_", "TOKIO_"].iter().any(|start| name.starts_with(start)) {
                command.env(name, value);
            } else {
                command.env(format!("DURABLE__WORKER__{name}"), value);
            }
        }
        let mut child = command.spawn().expect("the helper runs");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, printed) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        Self { child, printed, folder }
    }

    /// Waits until it has printed a line with this beginning.
    pub(crate) fn prints(&self, beginning: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.printed.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("no `{beginning}`; {}", self.log()));
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    /// Waits until its log has these words, and gives the line.
    pub(crate) fn logs(&self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if let Some(line) = log.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            assert!(Instant::now() < until, "`{words}` is not in the log: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("it is text")
    }

    /// Returns whether the process still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(name, self.child.id().into());
    }

    /// Kills it, as a machine that fails does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is our child");
    }

    /// Waits for its end, and tells its exit code and how long it took.
    pub(crate) fn ends(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let status: ExitStatus = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        };
        (status.code(), began.elapsed())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
