//! Python with packages, for tests that talk to programs in Python.

use std::path::PathBuf;

use tokio::process::Command;

/// Returns the Python of an environment of this name with these packages, which is kept in the target
/// directory. The modules show whether it is complete.
///
/// # Errors
/// Returns the reason why there is none, and what to install.
pub async fn python(name: &str, packages: &[&str], modules: &str) -> Result<PathBuf, String> {
    // target/debug/deps/NAME-0123456789abcdef
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = this.ancestors().nth(3).ok_or("the test isn't in a target directory")?;
    let folder = target.join("python").join(name);
    let python = folder.join("bin/python3");
    let mut import = Command::new(&python);
    import.arg("-c").arg(format!("import {modules}"));
    if import.output().await.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet"]).args(packages);
    for (mut command, fix) in
        [(venv, "install Python 3 with its module venv"), (pip, "let pip reach a package index")]
    {
        match command.output().await {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{fix}: {said}"));
            }
            Err(error) => return Err(format!("{fix}: {error}")),
        }
    }
    Ok(python)
}
