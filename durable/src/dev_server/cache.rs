//! The directory for fetched `temporal` commands, and the lock for filling it.
//!
//! Only complete files appear there: each is created in a temporary directory beside it and renamed
//! into place. Only this user may write to it, and the command's hash is checked before each use.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::VERSION;
use super::pin::{self, PinError};
use super::private::{self, PrivateError};

const STAGING_PREFIX: &str = ".fetching-";
/// The longest wait for another process that fetches: longer than any fetch may take.
const LOCK_LIMIT: Duration = Duration::from_mins(15);
const LOCK_POLL: Duration = Duration::from_millis(100);

#[derive(Debug, thiserror::Error)]
pub(super) enum CacheError {
    #[error("this user has no home directory")]
    NoHome(#[source] etcetera::HomeDirError),
    #[error("cannot write to `{}`", dir.display())]
    Write { dir: PathBuf, source: io::Error },
    #[error("{0} (DURABLE_CACHE_DIR sets another cache)")]
    Private(#[from] PrivateError),
    #[error("the command was damaged or replaced; delete it, so that it is fetched again")]
    Altered(#[source] PinError),
    #[error("another process has been fetching into `{}` for over {LOCK_LIMIT:?}", dir.display())]
    Locked { dir: PathBuf },
}

/// The cache directory of the pinned version.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    root: PathBuf,
    dir: PathBuf,
}

impl Cache {
    /// Returns the cache below `root`, or below the user's cache directory. It does not create anything.
    pub(super) fn new(root: Option<PathBuf>) -> Result<Self, CacheError> {
        let root = match root {
            Some(root) => root,
            None => etcetera::base_strategy::choose_native_strategy()
                .map_err(CacheError::NoHome)?
                .cache_dir()
                .join("durable"),
        };
        // The command's path must not change its meaning with the working directory.
        let root = std::path::absolute(&root).unwrap_or(root);
        let dir = root.join("temporal-cli").join(VERSION);
        Ok(Self { root, dir })
    }

    /// Checks that only this user may write to the directories that exist.
    pub(super) fn check(&self) -> Result<(), CacheError> {
        for dir in self.dir.ancestors().take_while(|dir| dir.starts_with(&self.root)) {
            private::check_dir(dir)?;
        }
        Ok(())
    }

    /// Checks that only this user may write to the command, and its hash.
    pub(super) fn verify(&self) -> Result<(), CacheError> {
        self.check()?;
        let binary = self.binary();
        private::check_file(&binary)?;
        let verified = pin::pin().and_then(|pin| pin::verify(&binary, pin.command));
        verified.map_err(CacheError::Altered)
    }

    pub(super) fn binary(&self) -> PathBuf {
        self.dir.join(format!("temporal{}", std::env::consts::EXE_SUFFIX))
    }

    /// Waits until no other process fills this cache, and locks it until the result is dropped. A
    /// process that is killed loses its lock.
    pub(super) async fn lock(&self) -> Result<LockedCache<'_>, CacheError> {
        private::create_dir(&self.dir)?;
        self.check()?;
        let file = private::open_lock(&self.dir.join(".lock"))?;
        let deadline = Instant::now() + LOCK_LIMIT;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(self.unwritable(source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(CacheError::Locked { dir: self.dir.clone() });
                }
                Err(TryLockError::WouldBlock) => {
                    if !told {
                        let dir = self.dir.display();
                        tracing::info!(%dir, "another process is fetching the Temporal CLI; waiting");
                        told = true;
                    }
                    sleep(LOCK_POLL).await;
                }
            }
        }
        let locked = LockedCache { cache: self, _lock: file };
        locked.remove_leftovers();
        Ok(locked)
    }

    fn unwritable(&self, source: io::Error) -> CacheError {
        CacheError::Write { dir: self.dir.clone(), source }
    }
}

/// The right to fill a [`Cache`].
#[derive(Debug)]
pub(super) struct LockedCache<'a> {
    cache: &'a Cache,
    _lock: File,
}

impl LockedCache<'_> {
    /// Returns a new directory on the same file system as the cache, which is removed on drop.
    pub(super) fn staging(&self) -> Result<TempDir, CacheError> {
        tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(&self.cache.dir)
            .map_err(|source| self.cache.unwritable(source))
    }

    /// Moves a complete, executable file into place, in one step.
    pub(super) fn install(&self, staged: &Path) -> Result<PathBuf, CacheError> {
        let binary = self.cache.binary();
        // The SDK's download has the permissions of the process's umask.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            fs::set_permissions(staged, fs::Permissions::from_mode(0o755))
                .map_err(|source| self.cache.unwritable(source))?;
        }
        // Without the sync, a machine that loses power after the rename could keep the name and
        // lose the content.
        OpenOptions::new()
            .write(true)
            .open(staged)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(staged, &binary))
            .map_err(|source| self.cache.unwritable(source))?;
        Ok(binary)
    }

    /// Removes the temporary directories of killed processes. Only the holder of the lock creates such
    /// directories, so all of them are leftovers.
    fn remove_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.cache.dir) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(STAGING_PREFIX)
                && let Err(error) = fs::remove_dir_all(entry.path())
            {
                let path = entry.path();
                tracing::debug!(path = %path.display(), %error, "cannot remove a leftover from the cache");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holder_at_a_time_and_leftovers_go() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::new(Some(root.path().to_owned())).expect("a root is given");
        let first = cache.lock().await.expect("nobody holds it");
        let leftover = first.staging().expect("it is writable").keep();
        let second = tokio::time::timeout(Duration::from_millis(300), cache.lock()).await;
        assert!(second.is_err(), "the second waits while the first holds the lock");
        drop(first);
        let second = cache.lock().await.expect("the first is gone");
        assert!(!leftover.exists());
        let staging = second.staging().expect("it is writable");
        let staged = staging.path().join("made");
        fs::write(&staged, "whole").expect("it is writable");
        let binary = second.install(&staged).expect("same file system");
        assert_eq!(binary, cache.binary());
        assert_eq!(fs::read_to_string(binary).expect("it was installed"), "whole");
    }
}
