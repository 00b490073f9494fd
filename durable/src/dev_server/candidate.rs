//! The check that a file is a `temporal` command that runs on this machine, by its version.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{sleep, timeout};

/// The longest time that a command may take. A usable one answers within 100 ms, even from a cold disk.
const LIMIT: Duration = Duration::from_secs(10);

/// The reason that a file is not a usable `temporal` command.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("cannot be run")]
    Run(#[source] io::Error),
    #[error("`--version` did not end within {LIMIT:?}")]
    TimedOut,
    #[error("`--version` ended with {status}{}", after_colon(.stderr))]
    Failed { status: ExitStatus, stderr: String },
    #[error("`--version` printed {0:?}, which is not a version of the Temporal CLI")]
    Foreign(String),
}

/// Returns the version that the command at `path` reports, such as `1.9.1`.
pub(super) async fn version_of(path: &Path) -> Result<String, Unusable> {
    let output = timeout(LIMIT, run(path)).await.map_err(|_| Unusable::TimedOut)?;
    let output = output.map_err(Unusable::Run)?;
    if !output.status.success() {
        return Err(Unusable::Failed { status: output.status, stderr: first_line(&output.stderr) });
    }
    let line = first_line(&output.stdout);
    parse(&line).ok_or(Unusable::Foreign(line))
}

async fn run(path: &Path) -> io::Result<std::process::Output> {
    let mut tries = 0;
    loop {
        let result = Command::new(path)
            .arg("--version")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await;
        match result {
            // A process that another thread has forked while the file was being written holds the file
            // open for writing until its exec, which is soon.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < 20 => {
                tries += 1;
                sleep(Duration::from_millis(25)).await;
            }
            result => return result,
        }
    }
}

fn parse(line: &str) -> Option<String> {
    let version = line.strip_prefix("temporal version ")?.split_whitespace().next()?;
    Some(version.to_owned())
}

/// Returns whether `version` is older than `than`, by their leading dotted numbers.
pub(super) fn is_older(version: &str, than: &str) -> bool {
    fn numbers(version: &str) -> Vec<u64> {
        let release = version.split(['-', '+']).next().unwrap_or_default();
        release.split('.').map_while(|part| part.parse().ok()).collect()
    }
    numbers(version) < numbers(than)
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(200).collect()
}

fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_word_after_the_name() {
        let line = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)";
        assert_eq!(parse(line).as_deref(), Some("1.9.1"));
        assert_eq!(parse("true (GNU coreutils) 9.1"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(is_older("1.8.2", "1.9.1"));
        assert!(is_older("1.9.0-rc.1", "1.9.1"));
        assert!(!is_older("1.10.0", "1.9.1"));
        assert!(!is_older("1.9.1", "1.9.1"));
    }
}
