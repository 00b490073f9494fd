//! Node.js with packages, for tests that talk to programs in TypeScript.

use std::path::PathBuf;

use tokio::process::Command;

/// Returns a folder of this name with these packages, which is kept in the target directory.
///
/// # Errors
/// Returns the reason why there is none, and what to install.
pub async fn node(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    // target/debug/deps/NAME-0123456789abcdef
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = this.ancestors().nth(3).ok_or("the test isn't in a target directory")?;
    let folder = target.join("node").join(name);
    // The packages of an interrupted installation are installed again.
    let complete = folder.join(format!("complete-{}", packages.join("-").replace('/', "_")));
    if complete.exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("package.json"), "{}").map_err(|error| error.to_string())?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"]).args(packages);
    let fix = "install Node.js 20 or newer with npm, and let npm reach its registry";
    match npm.current_dir(&folder).output().await {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            return Err(format!("{fix}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Err(error) => return Err(format!("{fix}: {error}")),
    }
    std::fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(folder)
}
