//! The API key of a connection, as text or from a file that is read again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use temporalio_client::Connection;
use tokio::task::JoinHandle;

use crate::background::CONNECTIONS;
use crate::error::ConnectionError;
use crate::secret::{MASK, is_key_path};

/// The pause between two reads of a file.
const INTERVAL: Duration = Duration::from_secs(1);

/// An API key, or the file that it is read from.
#[derive(Clone)]
pub(crate) enum ApiKey {
    Text(String),
    File(PathBuf),
}

impl ApiKey {
    /// Returns the key as it is now.
    ///
    /// # Errors
    /// [`ConnectionError::InvalidHeader`] or [`ConnectionError::ApiKeyFile`] if it cannot be sent.
    pub(super) fn read(&self) -> Result<String, ConnectionError> {
        match self {
            Self::Text(key) if is_valid_header_value(key) => Ok(key.clone()),
            Self::Text(_) => {
                Err(ConnectionError::InvalidHeader { name: "authorization".to_owned() })
            }
            Self::File(path) => read(path).map_err(|reason| ConnectionError::ApiKeyFile {
                // A key in place of the path is not shown.
                path: if is_key_path(path) { MASK.into() } else { path.clone() },
                reason,
            }),
        }
    }
}

/// Reads the key of a file, or returns the reason why there is none.
fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        key if is_valid_header_value(key) => Ok(key.to_owned()),
        _ => Err("expected one line of printable ASCII".to_owned()),
    }
}

/// Returns whether a text is a valid header value. The SDK 1.1.1 silently drops an invalid API key.
fn is_valid_header_value(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Keeps the API key of a connection as its file has it, until it is dropped.
pub(crate) struct KeyFile {
    file: Arc<Watched>,
    watching: JoinHandle<()>,
}

struct Watched {
    path: PathBuf,
    connection: Connection,
    last: Mutex<Last>,
}

/// The last key, and the reason why the file had none since, if it had none.
struct Last {
    key: String,
    problem: Option<String>,
}

impl KeyFile {
    /// Reads the file again every second.
    pub(super) fn watch(path: PathBuf, key: String, connection: &Connection) -> Self {
        let last = Mutex::new(Last { key, problem: None });
        let file = Arc::new(Watched { path, connection: connection.clone(), last });
        let read = Arc::clone(&file);
        let watching = CONNECTIONS.spawn(async move {
            loop {
                tokio::time::sleep(INTERVAL).await;
                let file = Arc::clone(&read);
                let _ = tokio::task::spawn_blocking(move || file.reload()).await;
            }
        });
        Self { file, watching }
    }

    /// Reads the file again now. Returns whether the key has changed.
    pub(super) fn reload(&self) -> bool {
        self.file.reload()
    }
}

impl Watched {
    fn reload(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.path.display();
        match read(&self.path) {
            Ok(key) => {
                last.problem = None;
                if key == last.key {
                    return false;
                }
                tracing::info!(%file, "the API key was read again");
                self.connection.set_api_key(Some(key.clone()));
                last.key = key;
                true
            }
            Err(problem) => {
                // The same problem is logged once, and not every second.
                if last.problem.as_ref() != Some(&problem) {
                    tracing::warn!(%file, problem, "the API key cannot be read again; the previous one is used");
                    last.problem = Some(problem);
                }
                false
            }
        }
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").field("path", &self.file.path).finish_non_exhaustive()
    }
}
