//! Processes seen from outside: whether one lives, whether its group does, and how to kill it.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// A process or group counts as gone when it is reaped or waits to be: a machine's first process
/// may be one that does not reap.
fn lives(matches: impl Fn(u32, u32) -> bool) -> bool {
    processes().into_iter().any(|(id, group, state)| matches(id, group) && state != 'Z')
}

/// Returns whether a process runs.
#[must_use]
pub fn is_alive(id: u32) -> bool {
    lives(|process, _| process == id)
}

/// Waits until the server and whatever shares its group are gone.
///
/// # Panics
/// Panics if they are not within 15 seconds.
pub fn assert_group_ends(group: u32) {
    assert!(
        comes_true(|| !lives(|process, of| of == group || process == group)),
        "the process group {group} still has members"
    );
}

/// Returns whether a condition holds within 15 seconds.
pub fn comes_true(mut condition: impl FnMut() -> bool) -> bool {
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
///
/// # Panics
/// Panics if there is no such process.
pub fn signal(name: &str, to: i64) {
    let script = r#"kill -s "$1" -- "$2""#;
    let status = Command::new("sh").args(["-c", script, "sh", name, &to.to_string()]).status();
    assert!(status.expect("there is a shell").success(), "SIG{name} reaches {to}");
}
