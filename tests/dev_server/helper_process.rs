//! The helper program, as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use durable_tests::process::{is_alive, signal};

/// The helper program with a server that it started.
pub(crate) struct Helper {
    pub(crate) child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) server: u32,
    pub(crate) address: String,
    /// A child of the helper that is not the server, or 0.
    pub(crate) bystander: u32,
}

impl Helper {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        use std::os::unix::process::CommandExt as _;

        let mut child = Command::new(env!("CARGO_BIN_EXE_dev-server-helper"))
            .args(arguments)
            // Some of them panic on purpose.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the helper was built with the tests");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the helper prints text");
        let words: Vec<_> = line.split_whitespace().collect();
        let [server, address, bystander] = words[..] else { panic!("not a server: {line:?}") };
        Self {
            server: server.parse().expect("a process id"),
            address: address.to_owned(),
            bystander: bystander.parse().expect("a process id"),
            child,
            stdout,
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have ended as its test wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() && is_alive(self.server) {
            signal("KILL", self.server.into());
        }
        if self.bystander != 0 && is_alive(self.bystander) {
            signal("KILL", self.bystander.into());
        }
    }
}
