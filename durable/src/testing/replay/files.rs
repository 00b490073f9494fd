//! Folders of recorded histories, and recording one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::history::Recorded;
use super::json;
use crate::client::WorkflowHandle;
use crate::definition::Workflow;
use crate::error::{ReplayError, ReplayProblem, Result};

/// Writes the history of a workflow to a file that [`replay_dir`](super::replay_dir) replays.
///
/// The file is the JSON that `temporal workflow show --output json` prints. It contains everything
/// that the server keeps of the workflow: inputs and results as the data converter encoded them, and
/// the identities of clients and workers, which contain their host name unless
/// [`ClientBuilder::identity`](crate::client::ClientBuilder::identity) sets another.
///
/// A relative path is relative to the package of the running test. Missing folders are created, and
/// an existing file is replaced.
///
/// # Errors
/// - [`Error::NotFound`](crate::Error::NotFound), [`Error::Unreachable`](crate::Error::Unreachable),
///   [`Error::Rpc`](crate::Error::Rpc): the history could not be fetched.
/// - [`ReplayProblem::Unwritable`]: the file could not be written.
pub async fn record<W: Workflow>(handle: &WorkflowHandle<W>, path: impl AsRef<Path>) -> Result<()> {
    let path = of_the_package(path.as_ref());
    let events = handle.events().await?;
    let written = json::write(events).and_then(|text| write(&path, &text));
    written.map_err(|reason| {
        ReplayError { problems: vec![ReplayProblem::Unwritable { path, reason }] }.into()
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    // Another test may read the folder, so the file is renamed into place when it is complete.
    let partial = path.with_extension("partial");
    fs::write(&partial, text).map_err(|error| error.to_string())?;
    fs::rename(&partial, path).map_err(|error| error.to_string())
}

/// Resolves a path relative to the package of the test, wherever the test binary is started.
pub(super) fn of_the_package(path: &Path) -> PathBuf {
    match env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) => Path::new(&package).join(path),
        None => path.to_path_buf(),
    }
}

/// Reads the history in a file.
pub(super) fn read(path: &Path) -> Result<Recorded, ReplayProblem> {
    let unreadable = |reason| ReplayProblem::Unreadable { path: path.to_path_buf(), reason };
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let events = json::read(&bytes).map_err(unreadable)?;
    Ok(Recorded { name: path.display().to_string(), workflow_id: None, events })
}

/// Returns every `*.json` file below a folder, sorted, so that every run reports in the same order.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, ReplayProblem> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    if files.is_empty() {
        let reason = "no `*.json` file in or below this folder".to_owned();
        return Err(ReplayProblem::Unreadable { path: folder.to_path_buf(), reason });
    }
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ReplayProblem> {
    let unreadable = |error: std::io::Error| ReplayProblem::Unreadable {
        path: folder.to_path_buf(),
        reason: error.to_string(),
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}
