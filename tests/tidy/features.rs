//! The dependencies of builds without a feature.

use std::process::Command;

/// Returns the crates of a build of the runtime crate with these features, a line for each.
fn crates(features: &str) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(super::root())
        .args(["tree", "--offline", "--locked", "--package", "durable", "--edges", "normal"])
        .args(["--prefix", "none", "--no-default-features", "--features", features])
        .output()
        .expect("cargo is there");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn only_the_feature_telemetry_has_opentelemetry() {
    let has_it = |features| crates(features).lines().any(|line| line.contains("opentelemetry"));
    assert!(!has_it("cli,codec-server,config,dev-server,encryption,testing"));
    assert!(has_it("telemetry"));
}
