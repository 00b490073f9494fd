//! Processes seen from outside: whether one lives, whether its group does, and how to kill it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A process or group counts as gone when it is reaped or waits to be: a machine's first process
/// may be one that does not reap.
fn lives(matches: impl Fn(u32, u32) -> bool) -> bool {
    processes().into_iter().any(|(id, group, state)| matches(id, group) && state != 'Z')
}

pub(crate) fn is_alive(id: u32) -> bool {
    lives(|process, _| process == id)
}

/// Waits until the server and whatever shares its group are gone.
pub(crate) fn assert_group_ends(group: u32) {
    assert!(
        comes_true(|| !lives(|process, of| of == group || process == group)),
        "the process group {group} still has members"
    );
}

pub(crate) fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(15);
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Each process's id, group and state.
#[cfg(target_os = "linux")]
fn processes() -> Vec<(u32, u32, char)> {
    fn read(id: u32) -> Option<(u32, u32, char)> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name, in parentheses, may hold anything.
        let mut words = stat.rsplit_once(") ")?.1.split(' ');
        let state = words.next()?.chars().next()?;
        let group = words.nth(1)?.parse().ok()?;
        Some((id, group, state))
    }
    let entries = fs::read_dir("/proc").expect("Linux has /proc").flatten();
    entries.filter_map(|entry| read(entry.file_name().to_str()?.parse().ok()?)).collect()
}

#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<(u32, u32, char)> {
    fn read(line: &str) -> Option<(u32, u32, char)> {
        let mut words = line.split_whitespace();
        let id = words.next()?.parse().ok()?;
        let group = words.next()?.parse().ok()?;
        Some((id, group, words.next()?.chars().next()?))
    }
    let output = Command::new("ps").args(["-A", "-o", "pid=,pgid=,stat="]).output();
    let output = output.expect("Unix has `ps`").stdout;
    String::from_utf8_lossy(&output).lines().filter_map(read).collect()
}

/// Sends a signal, such as `KILL`, to a process, or to a group by its negative number.
pub(crate) fn signal(name: &str, to: i64) {
    let script = r#"kill -s "$1" -- "$2""#;
    let status = Command::new("sh").args(["-c", script, "sh", name, &to.to_string()]).status();
    assert!(status.expect("there is a shell").success(), "SIG{name} reaches {to}");
}

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
