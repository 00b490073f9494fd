//! One dev server for all processes of a run of nextest.
//!
//! nextest runs each test in a process of its own, and most tests are shorter than the start of a
//! server. The first process starts one, which ends with nextest, and writes its address into a
//! folder that the others find by the id of the run.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use crate::dev_server::{DevServer, DevServerBuilder, private};
use crate::error::Result;
use crate::private_file;
use crate::testing::error::TestingError;

/// A run of nextest.
#[derive(Debug)]
pub(super) struct Run {
    /// The process id of nextest.
    process_id: u32,
    folder: PathBuf,
}

/// The server of a run.
#[derive(Debug)]
pub(super) struct RunServer {
    pub(super) address: String,
    /// The server, in the process that has started it. Dropping it would kill it.
    _server: Option<DevServer>,
}

impl Run {
    /// Returns the run that this process belongs to, if there is one.
    pub(super) fn current() -> Option<Self> {
        let id = env::var("NEXTEST_RUN_ID").ok().filter(|_| env::var_os("NEXTEST").is_some())?;
        let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if id.is_empty() || !id.chars().all(is_id) {
            return None;
        }
        let folder = env::temp_dir().join(format!("durable-nextest-{id}"));
        Some(Self { process_id: runner()?, folder })
    }

    /// Returns the run's server, which the first process starts; the others wait for it.
    ///
    /// # Errors
    /// The error of the start in the first process, and [`TestingError::ServerNotStarted`] in the
    /// others.
    pub(super) async fn server(&self, builder: DevServerBuilder) -> Result<RunServer> {
        let address = self.folder.join("address");
        // Held until the address is written.
        let _lock = self.lock().await.map_err(TestingError::Folder)?;
        match fs::read_to_string(&address) {
            Ok(text) if text.is_empty() => return Err(TestingError::ServerNotStarted.into()),
            Ok(address) => return Ok(RunServer { address, _server: None }),
            Err(_) => {}
        }
        let started = builder.owner(self.process_id, self.folder.clone()).start().await;
        let text = started.as_ref().map_or("", DevServer::address);
        private_file::write(&address, text.as_bytes()).map_err(TestingError::Folder)?;
        let server = started?;
        Ok(RunServer { address: server.address().to_owned(), _server: Some(server) })
    }

    async fn lock(&self) -> io::Result<File> {
        // It is in a directory that all users share.
        private::create_dir(&self.folder).map_err(io::Error::other)?;
        let path = self.folder.join("lock");
        let lock = move || {
            let file = private::open_lock(&path).map_err(io::Error::other)?;
            file.lock()?;
            Ok(file)
        };
        tokio::task::spawn_blocking(lock).await.map_err(io::Error::other)?
    }
}

/// Returns the process id of nextest, the parent of every test process.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "there is none on other systems")]
fn runner() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

/// Elsewhere a server cannot end with another process, so each process has its own.
#[cfg(not(unix))]
fn runner() -> Option<u32> {
    None
}
