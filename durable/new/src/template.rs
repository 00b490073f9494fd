//! The files of the template. It is a package of this workspace, which is built and tested with it.

use crate::dependency::Source;
use crate::name;

/// The name of the package and its library in the template.
const NAME: &str = "my-project";
const LIBRARY: &str = "my_project";
/// The dependency on durable in the template.
const DEPENDENCY: &str = "path = \"../..\"";
/// The name of the object in Kubernetes, which has no underscores.
const OBJECT: &str = "metadata:\n  name: my-project\n";
/// The lines of the template's Dockerfile and README that depend on the source of durable.
const COPY: &str = "# {the source of durable}\n";
const BUILD_CONTEXT: &str = "{the build context} ";

/// The files, each with its path in the project.
const FILES: [(&str, &str); 13] = [
    (".dockerignore", include_str!("../template/.dockerignore")),
    (".gitignore", include_str!("../template/.gitignore")),
    ("Cargo.toml", include_str!("../template/Cargo.toml")),
    ("Dockerfile", include_str!("../template/Dockerfile")),
    ("README.md", include_str!("../template/README.md")),
    ("deploy/worker.yaml", include_str!("../template/deploy/worker.yaml")),
    ("durable.yaml", include_str!("../template/durable.yaml")),
    ("src/activities.rs", include_str!("../template/src/activities.rs")),
    ("src/lib.rs", include_str!("../template/src/lib.rs")),
    ("src/main.rs", include_str!("../template/src/main.rs")),
    ("src/workflows.rs", include_str!("../template/src/workflows.rs")),
    ("tests/program.rs", include_str!("../template/tests/program.rs")),
    ("tests/welcome.rs", include_str!("../template/tests/welcome.rs")),
];

/// Returns the files of a project, each with its path.
pub(crate) fn files(name: &str, source: &Source) -> Vec<(&'static str, String)> {
    let library = name::of_library(name);
    let of_project = |text: &str| {
        text.replace(DEPENDENCY, &source.keys())
            .replace(COPY, &source.copy())
            .replace(BUILD_CONTEXT, &source.build_context())
            .replace(OBJECT, &OBJECT.replace(NAME, &name.replace('_', "-")))
            .replace(NAME, name)
            .replace(LIBRARY, &library)
    };
    FILES.iter().map(|(path, text)| (*path, of_project(text))).collect()
}
