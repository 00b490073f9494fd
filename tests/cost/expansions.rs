//! A benchmark of the compiler's time for annotated code: a hundred workflows, each with two activities,
//! two signals and a query, written with `durable` and with the SDK's own macros.
//!
//! `cargo bench --package durable-cost --bench expansions --profile dev`. It is no test: it prints both
//! ratios and the target, and the size of the programs, and fails nothing. It compiles only the generated
//! crates, and measures the CPU time of rustc alone. Other work on the machine lengthens that too, so the
//! minimum of the rounds counts, and the crates take turns. `ROUNDS=9` repeats it more often, and
//! `KINDS=check` measures that alone.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "it is a program, and no library")]

#[path = "expansions/sources.rs"]
mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde::Deserialize;

/// A line of `cargo build --message-format json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    features: Vec<String>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The crates that the generated ones name.
const CRATES: [&str; 9] = [
    "durable",
    "futures",
    "serde",
    "tokio",
    "temporalio_client",
    "temporalio_common",
    "temporalio_macros",
    "temporalio_sdk",
    "temporalio_workflow",
];

/// The two measurements: what rustc is asked for, and the label.
const KINDS: [(&str, &str); 2] = [("check", "dep-info,metadata"), ("build", "dep-info,link")];

/// The highest ratio that is accepted, for either kind.
const TARGET: f64 = 1.0;

fn main() {
    let kinds = env::var("KINDS").unwrap_or("check,build".to_owned());
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("expansions");
    let annotated = write(&folder.join("annotated"), &sources::ANNOTATED);
    let by_hand = write(&folder.join("by_hand"), &sources::BY_HAND);
    let libraries = libraries();

    println!("100 workflows, user CPU seconds of rustc, minimum of {rounds} rounds:");
    println!("             SDK  durable    ratio   target");
    for (kind, emit) in KINDS {
        if !kinds.split(',').any(|wanted| wanted == kind) {
            continue;
        }
        let (mut hand, mut layer) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            // In turns, so that both see the same machine.
            hand.push(compile(&by_hand, emit, &libraries));
            layer.push(compile(&annotated, emit, &libraries));
        }
        let (hand, layer) = (minimum(&hand), minimum(&layer));
        let ratio = layer / hand;
        let verdict = if ratio <= TARGET { "pass" } else { "miss" };
        println!("{kind:<8}{hand:>8.2} {layer:>8.2} {ratio:>8.3} {TARGET:>8.1} {verdict}");
        if emit.contains("link") {
            let [hand, layer] = [&by_hand, &annotated].map(|root| megabytes(root));
            println!("MB      {hand:>8.1} {layer:>8.1} {:>8.3}", layer / hand);
        }
    }
}

/// Returns the size of a program that was built, without its debug information, which is in files of its own.
#[allow(clippy::cast_precision_loss, reason = "nobody has so large a program")]
fn megabytes(root: &Path) -> f64 {
    let program =
        root.with_extension("out").join("orders").with_extension(env::consts::EXE_EXTENSION);
    fs::metadata(program).expect("the program is there").len() as f64 / 1e6
}

/// Writes the sources of a crate, and returns the file of its root.
fn write(folder: &Path, sources: &sources::Sources) -> PathBuf {
    fs::create_dir_all(folder).expect("the folder can be made");
    for number in 0..sources::WORKFLOWS {
        let file = folder.join(format!("orders{number}.rs"));
        fs::write(file, sources.module(number)).expect("the source can be written");
    }
    let root = folder.join("main.rs");
    fs::create_dir_all(root.with_extension("out")).expect("the folder can be made");
    fs::write(&root, sources.root()).expect("the source can be written");
    root
}

/// Builds what the generated crates depend on, and returns where it is.
fn libraries() -> BTreeMap<String, PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--package", "durable-cost", "--benches", "--message-format", "json"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    let artifacts = messages.filter(|message| message.reason == "compiler-artifact");
    let libraries = artifacts.filter_map(|Message { target, filenames, features, .. }| {
        let name = target?.name.replace('-', "_");
        // Serde is built for build scripts, too, without its derive macros.
        if name == "serde" && !features.iter().any(|feature| feature == "derive") {
            return None;
        }
        let is_library = |file: &PathBuf| {
            file.extension().is_some_and(|extension| {
                extension == "rlib" || extension == env::consts::DLL_EXTENSION
            })
        };
        Some((name, filenames.into_iter().find(is_library)?))
    });
    libraries.collect()
}

/// Compiles a crate, and returns the seconds of CPU time that rustc took.
fn compile(root: &Path, emit: &str, libraries: &BTreeMap<String, PathBuf>) -> f64 {
    let mut command = Command::new("bash");
    command.args(["-c", "TIMEFORMAT=%U; time \"$@\" >&2", "bash"]);
    command.arg(env::var("RUSTC").unwrap_or("rustc".to_owned()));
    command.args(["--edition", "2024", "--crate-name", "orders", "--crate-type", "bin"]);
    // As Cargo's profile `dev` does, without what other builds left behind.
    command.args(["--cap-lints", "allow", "-C", "debuginfo=2", "-C", "split-debuginfo=unpacked"]);
    command.args(["--emit", emit, "--out-dir"]).arg(root.with_extension("out")).arg(root);
    for name in CRATES {
        let file = libraries.get(name).unwrap_or_else(|| panic!("cargo has not built `{name}`"));
        let folder = file.parent().expect("a file is in a folder");
        command.arg("-L").arg(format!("dependency={}", folder.display()));
        command.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    let output = command.output().expect("bash runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text.lines().last().and_then(|line| line.parse().ok()).expect("bash tells the time")
}

fn minimum(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}
