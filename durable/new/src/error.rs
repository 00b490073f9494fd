//! The errors of the command.

use std::path::PathBuf;

/// An error of `durable new`, with its fix.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The name is no name of a package.
    #[error("invalid name `{name}`: {problem}; {fix}")]
    Name { name: String, problem: String, fix: String },
    /// The path of the new folder has no last component.
    #[error("`{}` has no name: give the path of a new folder, such as `durable new orders`", .0.display())]
    NoName(PathBuf),
    /// Something is there already.
    #[error("`{}` {what}; choose another name, or move it away", .folder.display())]
    Exists { folder: PathBuf, what: &'static str },
    /// There is no clone of durable.
    #[error(
        "no clone of durable at `{}`: it has no `durable/Cargo.toml`; \
         name a clone with `--path DIR`, or a repository with `--git URL`", .0.display()
    )]
    NoClone(PathBuf),
    /// The path or the URL has characters that the files can't hold.
    #[error("invalid {option}: {problem}")]
    Source { option: &'static str, problem: &'static str },
    /// A file can't be written.
    #[error("cannot write `{}`: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl Error {
    /// Returns whether the same call can't succeed.
    pub(crate) fn is_misuse(&self) -> bool {
        !matches!(self, Self::Write { .. })
    }
}
