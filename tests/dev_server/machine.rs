//! A machine as the search for the `temporal` command sees it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use durable::dev_server::VERSION;
use tempfile::TempDir;

/// A machine with an empty cache and what the test puts on PATH.
pub(crate) struct Machine {
    pub(crate) dir: TempDir,
    pub(crate) path: OsString,
    pub(crate) cache: PathBuf,
    pub(crate) proxy: Option<String>,
    pub(crate) named: Option<PathBuf>,
}

impl Machine {
    pub(crate) fn with_path(path: impl Into<OsString>) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = dir.path().join("cache");
        Self { dir, path: path.into(), cache, proxy: None, named: None }
    }

    /// One with nothing at all, not even the network, on which the test may put commands.
    pub(crate) fn bare() -> Self {
        let mut machine = Self::with_path("");
        let bin = machine.dir.path().join("bin");
        fs::create_dir(&bin).expect("it is writable");
        machine.path = bin.into();
        machine.proxy = Some(refusing_proxy());
        machine
    }

    pub(crate) fn cache(&self) -> &Path {
        &self.cache
    }

    pub(crate) fn cached(&self) -> PathBuf {
        self.cache().join("temporal-cli").join(VERSION).join("temporal")
    }

    /// Puts the real command into the cache, which must not be written to afterwards.
    pub(crate) fn fill_cache(&self) {
        let fetched = fetched();
        create_private(self.cached().parent().expect("a directory"));
        if fs::hard_link(fetched, self.cached()).is_err() {
            fs::copy(fetched, self.cached()).expect("there is room");
        }
    }

    pub(crate) fn command(&self, name: &str, text: &str) {
        executable(&Path::new(&self.path).join(name), text);
    }

    pub(crate) fn locate(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dev-server-helper"));
        command
            .arg("locate")
            .env("PATH", &self.path)
            .env("DURABLE_CACHE_DIR", self.cache())
            .env_remove("DURABLE_TEMPORAL_CLI")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some(proxy) = &self.proxy {
            command.env_remove("NO_PROXY").env_remove("no_proxy");
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                command.env(name, proxy);
            }
        }
        if let Some(named) = &self.named {
            command.env("DURABLE_TEMPORAL_CLI", named);
        }
        command.spawn().expect("the helper was built with the tests")
    }

    /// The source of the command that was found.
    pub(crate) fn source(&self) -> String {
        let output = self.locate().wait_with_output().expect("it is ours");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{text}");
        text.split_once(' ').expect("a source and a path").0.to_owned()
    }

    pub(crate) fn refusal(&self) -> String {
        let output = self.locate().wait_with_output().expect("it is ours");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(!output.status.success(), "{text}");
        text
    }
}

pub(crate) fn executable(path: &Path, text: &str) {
    create_private(path.parent().expect("a directory"));
    fs::write(path, text).expect("it is writable");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// PATH as it is, without the directories that have a `temporal`.
pub(crate) fn path_without_temporal() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let without = env::split_paths(&path).filter(|dir| !dir.join("temporal").exists());
    env::join_paths(without).expect("the parts of PATH make a PATH")
}

/// The address of a proxy that hangs up on everybody: as if the network were down.
fn refusing_proxy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || listener.incoming().for_each(drop));
    format!("http://{address}")
}

/// The real command, fetched once for all runs of these tests.
fn fetched() -> &'static Path {
    static FETCHED: OnceLock<PathBuf> = OnceLock::new();
    FETCHED.get_or_init(|| {
        let mut machine = Machine::with_path(path_without_temporal());
        machine.cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("temporal-cache");
        machine.source();
        machine.cached()
    })
}

/// Creates a directory for this user only, as the library does.
pub(crate) fn create_private(dir: &Path) {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(dir).expect("it is writable");
}
