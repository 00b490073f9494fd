//! The program as it is deployed.

use std::process::Command;

#[test]
fn program_and_configuration_are_valid() {
    let output = Command::new(env!("CARGO_BIN_EXE_my-project"))
        .arg("check")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
