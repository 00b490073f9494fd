//! The Temporal SDK's own download of the CLI, with timeouts, and without the server that it would
//! start.
//!
//! Its caller verifies the hash of the command.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use temporalio_sdk_core::ephemeral_server::{
    EphemeralExe, EphemeralExeVersion, EphemeralServerError, TemporalDevServerConfig,
};
use tokio::time::{Instant, sleep};

use super::VERSION;

/// The longest wait for the host's answer. Many build machines cannot reach it, and some get no error.
const ANSWER_LIMIT: Duration = Duration::from_secs(8);
const STALL_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

#[derive(Debug, thiserror::Error)]
pub(super) enum SdkDownloadError {
    #[error("no answer within {ANSWER_LIMIT:?}")]
    NoAnswer,
    #[error("the download made no progress for {STALL_LIMIT:?}")]
    Stalled,
    #[error("the SDK reports success but left no file at `{}`", .0.display())]
    NoFile(PathBuf),
    #[error("the staging directory's name is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Sdk(#[from] EphemeralServerError),
}

/// Downloads the pinned version into `staging` and returns the executable.
pub(super) async fn download(staging: &Path) -> Result<PathBuf, SdkDownloadError> {
    let dest_dir = staging.to_str().ok_or(SdkDownloadError::NotUtf8)?.to_owned();
    let files = Files::in_dir(staging);
    // The SDK offers the download only as the first half of starting a server. With `--help` that
    // second half ends at once by itself, so that it leaves no process even if this one is killed;
    // and as soon as the file is whole the future is dropped.
    let config = TemporalDevServerConfig::builder()
        .exe(EphemeralExe::CachedDownload {
            version: EphemeralExeVersion::Fixed(format!("v{VERSION}")),
            dest_dir: Some(dest_dir),
            ttl: None,
        })
        .extra_args(vec!["--help".to_owned()])
        .build();
    let mut download = pin!(config.start_server_with_output(Stdio::null(), Stdio::null()));
    let mut progress = Progress::new();
    loop {
        tokio::select! {
            ended = &mut download => {
                if files.whole.exists() {
                    return Ok(files.whole);
                }
                ended?;
                return Err(SdkDownloadError::NoFile(files.whole));
            }
            () = sleep(POLL) => {
                if files.whole.exists() {
                    return Ok(files.whole);
                }
                progress.check(files.partial_len(), Instant::now())?;
            }
        }
    }
}

/// The names that the SDK gives to what it downloads.
struct Files {
    whole: PathBuf,
    partial: PathBuf,
}

impl Files {
    fn in_dir(dir: &Path) -> Self {
        let name = format!("temporal-v{VERSION}{}", std::env::consts::EXE_SUFFIX);
        Self { whole: dir.join(&name), partial: dir.join(format!("{name}.downloading")) }
    }

    /// Returns the number of bytes that have arrived; `None` before the host has answered.
    fn partial_len(&self) -> Option<u64> {
        self.partial.metadata().ok().map(|metadata| metadata.len())
    }
}

struct Progress {
    len: Option<u64>,
    since: Instant,
}

impl Progress {
    fn new() -> Self {
        Self { len: None, since: Instant::now() }
    }

    fn check(&mut self, len: Option<u64>, now: Instant) -> Result<(), SdkDownloadError> {
        if len != self.len {
            self.len = len;
            self.since = now;
        }
        let waited = now - self.since;
        match len {
            None if waited >= ANSWER_LIMIT => Err(SdkDownloadError::NoAnswer),
            Some(_) if waited >= STALL_LIMIT => Err(SdkDownloadError::Stalled),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SDK takes a file that is already there for its download: this pins the name under which
    /// it would put one, and that its second half is cut off.
    #[cfg(unix)]
    #[tokio::test]
    async fn the_file_is_looked_for_where_the_sdk_puts_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let staging = tempfile::tempdir().expect("a temporary directory");
        let files = Files::in_dir(staging.path());
        std::fs::write(&files.whole, "#!/bin/sh\n").expect("it is writable");
        std::fs::set_permissions(&files.whole, std::fs::Permissions::from_mode(0o755))
            .expect("it is ours");
        let started = Instant::now();
        let found = download(staging.path()).await.expect("it is there");
        assert_eq!(found, files.whole);
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn silence_and_stalls_end_the_download_and_progress_does_not() {
        let mut progress = Progress::new();
        let start = progress.since;
        assert!(progress.check(None, start + ANSWER_LIMIT / 2).is_ok());
        assert!(progress.check(Some(0), start + ANSWER_LIMIT * 2).is_ok());
        let later = start + ANSWER_LIMIT * 2 + STALL_LIMIT / 2;
        assert!(progress.check(Some(10), later).is_ok());
        assert!(progress.check(Some(10), later + STALL_LIMIT / 2).is_ok());
        let stalled = progress.check(Some(10), later + STALL_LIMIT);
        assert!(matches!(stalled, Err(SdkDownloadError::Stalled)));
        let silent = Progress::new().check(None, start + ANSWER_LIMIT * 3);
        assert!(matches!(silent, Err(SdkDownloadError::NoAnswer)));
    }
}
