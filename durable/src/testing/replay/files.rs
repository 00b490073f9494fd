//! Folders of recorded histories, and recording one.

use std::collections::HashSet;
use std::env;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::history::Recorded;
use super::json;
use crate::client::WorkflowHandle;
use crate::definition::Workflow;
use crate::error::Result;
use crate::private_file;
use crate::testing::error::{ReplayError, ReplayProblem};

/// The largest file that is read. A server ends workflows whose history exceeds 50 MB, and their JSON is a
/// few times larger.
const SIZE_LIMIT: u64 = 256 * 1024 * 1024;

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
/// - [`Error::NotFound`](crate::Error::NotFound), [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable),
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
    private_file::write(&partial, text.as_bytes()).map_err(|error| error.to_string())?;
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
    let events = open(path).and_then(|file| json::read(BufReader::new(file)));
    let events =
        events.map_err(|reason| ReplayProblem::Unreadable { path: path.to_path_buf(), reason })?;
    Ok(Recorded { name: path.display().to_string(), workflow_id: None, events })
}

fn open(path: &Path) -> Result<File, String> {
    // Opening a pipe would wait for its writer, and a device may never end.
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    if metadata.len() > SIZE_LIMIT {
        return Err(format!(
            "the file is too large for a history: {} bytes, and the limit is {SIZE_LIMIT} bytes",
            metadata.len()
        ));
    }
    File::open(path).map_err(|error| error.to_string())
}

/// Returns every `*.json` file below a folder, sorted, so that every run reports in the same order.
/// Links are followed, and each folder is read once.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, ReplayProblem> {
    let mut files = Vec::new();
    let mut visited = HashSet::new();
    let mut folders = vec![folder.to_path_buf()];
    // Read last, so that a file below the folder is named by its own path.
    let mut links = Vec::new();
    while let Some(folder) = folders.pop().or_else(|| links.pop()) {
        let unreadable = |error: std::io::Error| ReplayProblem::Unreadable {
            path: folder.clone(),
            reason: error.to_string(),
        };
        if !visited.insert(fs::canonicalize(&folder).map_err(unreadable)?) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                if path.is_symlink() { links.push(path) } else { folders.push(path) }
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        links.sort_by(|a, b| b.cmp(a));
    }
    if files.is_empty() {
        let reason = "no `*.json` file in or below this folder".to_owned();
        return Err(ReplayProblem::Unreadable { path: folder.to_path_buf(), reason });
    }
    files.sort();
    Ok(files)
}
