//! The programs of the other SDKs, with their packages.

use std::path::PathBuf;
use std::process::Command;

use crate::node::node;
use crate::python::python;
use crate::rows::SideName;

const PYTHON_PACKAGES: &[&str] = &["temporalio==1.30.0"];
const NODE_PACKAGES: &[&str] = &[
    "@temporalio/activity@1.24.0",
    "@temporalio/client@1.24.0",
    "@temporalio/worker@1.24.0",
    "@temporalio/workflow@1.24.0",
];

/// The files of the programs, with their names.
const PYTHON_FILES: [(&str, &str); 1] = [("side.py", include_str!("../python/side.py"))];
const NODE_FILES: [(&str, &str); 3] = [
    ("side.js", include_str!("../typescript/side.js")),
    ("activities.js", include_str!("../typescript/activities.js")),
    ("workflows.js", include_str!("../typescript/workflows.js")),
];

/// The programs that this machine can run.
#[derive(Default)]
pub struct Foreign {
    /// The interpreter and the script.
    python: Option<[PathBuf; 2]>,
    node: Option<PathBuf>,
}

impl Foreign {
    /// Installs the packages into the target directory, or says what is missing.
    pub async fn install() -> Self {
        let python = match python("cost", PYTHON_PACKAGES, "temporalio").await {
            Ok(python) => {
                let folder = python.parent().expect("a file is in a folder").to_owned();
                write(&folder, &PYTHON_FILES);
                Some([python, folder.join(PYTHON_FILES[0].0)])
            }
            Err(reason) => skip(SideName::Python, &reason),
        };
        let node = match node("cost", NODE_PACKAGES).await {
            Ok(folder) => {
                write(&folder, &NODE_FILES);
                Some(folder.join(NODE_FILES[0].0))
            }
            Err(reason) => skip(SideName::TypeScript, &reason),
        };
        Self { python, node }
    }

    pub fn can_run(&self, side: SideName) -> bool {
        match side {
            SideName::Python => self.python.is_some(),
            SideName::TypeScript => self.node.is_some(),
            _ => true,
        }
    }

    /// Returns the command of a side in another language.
    pub fn command(&self, side: SideName, address: &str) -> Option<Command> {
        let mut command = match side {
            SideName::Python => {
                let [python, script] = self.python.as_ref()?;
                let mut command = Command::new(python);
                command.arg(script);
                command
            }
            SideName::TypeScript => {
                let mut command = Command::new("node");
                command.arg(self.node.as_ref()?);
                command
            }
            _ => return None,
        };
        command.arg(address);
        Some(command)
    }
}

fn write(folder: &std::path::Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("the target directory can be written");
    }
}

fn skip<T>(side: SideName, reason: &str) -> Option<T> {
    println!("skipped {}: {reason}", side.name());
    None
}
