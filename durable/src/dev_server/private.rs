//! Files and directories that only this user may change.
//!
//! Another user could replace a file that they can write, and this program would run it. So a directory or file
//! must belong to this user or the administrator, and nobody else may write to it. On other systems than
//! Unix the user's profile protects them, and only the kind of the file is checked.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The error of a file or directory that can't be trusted, or created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrivateError {
    #[error("cannot write to `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("`{}` is not safe to use: {problem}", path.display())]
    Unsafe { path: PathBuf, problem: Problem },
    #[error("cannot create a temporary file, to find out which user this program runs as")]
    #[cfg_attr(not(unix), allow(dead_code, reason = "users are compared on Unix"))]
    User(#[source] io::Error),
}

/// The reason not to trust a file or directory, and the fix.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("not a regular file; delete it")]
    NotAFile,
    #[error("not a directory; delete it")]
    NotADirectory,
    #[error(
        "it belongs to user {owner}, and this program runs as user {user}; delete it, or use a directory \
         of your own"
    )]
    #[cfg_attr(not(unix), allow(dead_code, reason = "owners are checked on Unix"))]
    Owner { owner: u32, user: u32 },
    #[error(
        "other users can write to it (mode {mode:03o}), and may have changed it; delete it, or run \
         `chmod go-w` on it if you trust its content"
    )]
    #[cfg_attr(not(unix), allow(dead_code, reason = "modes are checked on Unix"))]
    Writable { mode: u32 },
}

/// Creates a directory and its parents, for this user only, and checks it if it exists.
pub(crate) fn create_dir(path: &Path) -> Result<(), PrivateError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| PrivateError::Write { path: path.to_owned(), source })?;
    check_dir(path)
}

/// Checks a directory. One that doesn't exist is fine.
pub(crate) fn check_dir(path: &Path) -> Result<(), PrivateError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => Err(refused(path, Problem::NotADirectory)),
        Ok(metadata) => check_access(path, &metadata),
        // Reading or creating it reports every other error.
        Err(_) => Ok(()),
    }
}

/// Checks a file, which must not be a link. One that doesn't exist is fine.
pub(crate) fn check_file(path: &Path) -> Result<(), PrivateError> {
    let metadata = fs::symlink_metadata(path);
    metadata.map_or(Ok(()), |metadata| check_opened(path, &metadata))
}

/// Opens a file to be locked, which is created if it is missing. A link isn't followed, and the content
/// isn't changed.
pub(crate) fn open_lock(path: &Path) -> Result<File, PrivateError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        let no_follow = rustix::fs::OFlags::NOFOLLOW.bits();
        options.mode(0o600).custom_flags(no_follow.cast_signed());
    }
    let file = options.open(path).map_err(|source| {
        // The error of the operating system is about too many links.
        match check_file(path) {
            Err(error) => error,
            Ok(()) => PrivateError::Write { path: path.to_owned(), source },
        }
    })?;
    let metadata = file.metadata();
    let metadata =
        metadata.map_err(|source| PrivateError::Write { path: path.to_owned(), source })?;
    check_opened(path, &metadata)?;
    Ok(file)
}

fn check_opened(path: &Path, metadata: &Metadata) -> Result<(), PrivateError> {
    if metadata.is_file() {
        check_access(path, metadata)
    } else {
        Err(refused(path, Problem::NotAFile))
    }
}

fn refused(path: &Path, problem: Problem) -> PrivateError {
    PrivateError::Unsafe { path: path.to_owned(), problem }
}

#[cfg(unix)]
fn check_access(path: &Path, metadata: &Metadata) -> Result<(), PrivateError> {
    use std::os::unix::fs::MetadataExt as _;

    let user = user().map_err(PrivateError::User)?;
    access(metadata.uid(), metadata.mode(), user).map_err(|problem| refused(path, problem))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
fn check_access(_: &Path, _: &Metadata) -> Result<(), PrivateError> {
    Ok(())
}

/// Returns the user that this program runs as: the owner of the files that it creates.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::OnceLock;

    static USER: OnceLock<u32> = OnceLock::new();
    if let Some(user) = USER.get() {
        return Ok(*user);
    }
    let user = tempfile::tempfile()?.metadata()?.uid();
    Ok(*USER.get_or_init(|| user))
}

/// The rule. The administrator can change everything anyway, and may prepare a cache for others.
#[cfg(unix)]
fn access(owner: u32, mode: u32, user: u32) -> Result<(), Problem> {
    const ADMINISTRATOR: u32 = 0;
    const GROUP_OR_OTHERS: u32 = 0o022;

    if owner != user && owner != ADMINISTRATOR {
        return Err(Problem::Owner { owner, user });
    }
    if mode & GROUP_OR_OTHERS != 0 {
        return Err(Problem::Writable { mode: mode & 0o777 });
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;

    #[test]
    fn trusts_only_this_user_and_the_administrator() {
        let (user, other) = (1000, 1001);
        for (owner, mode, expected) in [
            (user, 0o700, Ok(())),
            (user, 0o755, Ok(())),
            (0, 0o755, Ok(())),
            (other, 0o700, Err(Problem::Owner { owner: other, user })),
            (other, 0o777, Err(Problem::Owner { owner: other, user })),
            (user, 0o775, Err(Problem::Writable { mode: 0o775 })),
            (user, 0o757, Err(Problem::Writable { mode: 0o757 })),
            (user, 0o1777, Err(Problem::Writable { mode: 0o777 })),
            (0, 0o1777, Err(Problem::Writable { mode: 0o777 })),
            (user, 0o100_620, Err(Problem::Writable { mode: 0o620 })),
        ] {
            assert_eq!(access(owner, mode, user), expected, "{owner} {mode:o}");
        }
    }

    #[test]
    fn creates_directories_and_locks_for_this_user_only() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let dir = root.path().join("a").join("b");
        create_dir(&dir).expect("it is writable");
        open_lock(&dir.join("lock")).expect("it is new");
        open_lock(&dir.join("lock")).expect("it is ours");
        for (path, mode) in [("a", 0o700), ("a/b", 0o700), ("a/b/lock", 0o600)] {
            let metadata = fs::metadata(root.path().join(path)).expect("it was created");
            assert_eq!(metadata.mode() & 0o777, mode, "{path}");
        }
    }

    #[test]
    fn opens_no_link_as_a_lock() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let victim = root.path().join("victim");
        fs::write(&victim, "precious").expect("it is writable");
        for (name, target) in [("to-a-file", victim.clone()), ("dangling", root.path().join("new"))]
        {
            let link = root.path().join(name);
            symlink(target, &link).expect("it is writable");
            let error = open_lock(&link).expect_err("it is a link");
            assert!(
                matches!(&error, PrivateError::Unsafe { problem: Problem::NotAFile, .. }),
                "{error:?}"
            );
        }
        assert!(!root.path().join("new").exists());
        assert_eq!(fs::read_to_string(victim).expect("it is there"), "precious");
    }
}
