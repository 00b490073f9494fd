//! `durable new`, as somebody at a shell sees it: the files of a project, and refused names and folders. The
//! template is a package of the workspace, so its build and its tests are those of every created project.

mod deployment;
mod yaml;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Runs the command in a folder, and returns its exit code, output and errors.
fn durable(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_durable"));
    let output = command.args(arguments).current_dir(folder).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Creates a project in a new folder.
fn created(name: &str, arguments: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (code, _, errors) = durable(folder.path(), &[&["new", name], arguments].concat());
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let project = folder.path().join(name);
    (folder, project)
}

/// Every file below a folder with its path in it, in order.
fn files(folder: &Path) -> Vec<(String, String)> {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let name = path.strip_prefix(root).expect("it is below").to_str().expect("text");
                files.push((name.to_owned(), fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut files_found = Vec::new();
    collect(folder, folder, &mut files_found);
    files_found.sort();
    files_found
}

/// Lets Cargo read a project with the versions of this workspace, and returns the names of its dependencies.
fn dependencies(project: &Path) -> Vec<String> {
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("it can be copied");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1"])
        .current_dir(project)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let package = metadata["packages"].as_array().expect("packages").iter();
    let manifest = project.canonicalize().expect("it is there").join("Cargo.toml");
    let package = package.into_iter().find(|package| {
        let path = package["manifest_path"].as_str().map(Path::new);
        path.and_then(|path| path.canonicalize().ok()).is_some_and(|path| path == manifest)
    });
    let package = package.expect("the project is a package");
    let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
    dependencies.map(|dependency| dependency["name"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn project_is_the_template_with_its_name_and_dependency() {
    let (_folder, project) = created("my-project", &[]);
    let path = format!("path = \"{}/durable\"", root().display());
    let own_lines = |text: &str| {
        let of_source = |line: &&str| {
            ![
                "COPY --from=durable",
                "# The clone of",
                "# {the source",
                "docker build",
                "# docker build",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        };
        text.lines()
            .filter(of_source)
            .collect::<Vec<_>>()
            .join("\n")
            .replace("path = \"../..\"", &path)
    };
    let flatten = |files: Vec<(String, String)>| -> Vec<_> {
        files.into_iter().map(|(path, text)| (path, own_lines(&text))).collect()
    };
    let template = files(&root().join("durable/new/template"));
    assert_eq!(flatten(files(&project)), flatten(template));
}

#[test]
fn every_name_is_that_of_the_project() {
    for name in ["orders", "my-orders", "my_orders"] {
        let (_folder, project) = created(name, &[]);
        for (path, text) in files(&project) {
            for left in ["my-project", "my_project", "../..", "{the"] {
                assert!(!text.contains(left), "{path} of {name} has {left}:\n{text}");
            }
        }
        let read = |path| fs::read_to_string(project.join(path)).expect("it was created");
        assert!(read("Cargo.toml").contains(&format!("name = \"{name}\"")));
        assert!(read("src/main.rs").contains(&format!("use {} as _;", name.replace('-', "_"))));
        assert!(read("src/workflows.rs").contains(&format!("#[workflow(queue = \"{name}\"")));
        assert_eq!(dependencies(&project), ["durable", "serde"]);
    }
}

#[test]
fn next_commands_are_printed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (code, text, _) = durable(folder.path(), &["new", "shop/orders"]);
    assert_eq!(code, Some(0));
    for line in ["created package `orders` in shop/orders:", "  src/main.rs", "  cd shop/orders"] {
        assert!(text.lines().any(|printed| printed == line), "no line {line:?} in\n{text}");
    }
    assert!(folder.path().join("shop/orders/Cargo.toml").is_file());
}

#[test]
fn an_empty_folder_is_filled() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join("orders")).expect("it can be made");
    let (code, _, errors) = durable(folder.path(), &["new", "orders"]);
    assert_eq!(code, Some(0), "{errors}");
}

#[test]
fn the_image_is_built_from_the_parts_of_the_clone_that_it_copies() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let clone = folder.path().join("clone");
    let (_project, project) = created("orders", &[]);
    let dockerfile = fs::read_to_string(project.join("Dockerfile")).expect("it was created");
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY --from=durable "));
    let copies: Vec<_> = copies.filter_map(|copy| copy.split_once(' ')).collect();
    assert_eq!(copies.len(), 3, "{dockerfile}");
    for (from, to) in copies {
        let to = to.strip_prefix(&*root().to_string_lossy()).expect("it is copied to its own path");
        let to = clone.join(to.trim_start_matches('/'));
        if from == "Cargo.toml" {
            fs::create_dir_all(&to).expect("it can be made");
            fs::copy(root().join(from), to.join(from)).expect("it can be copied");
            continue;
        }
        for (path, text) in files(&root().join(from)) {
            let path = to.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
    }
    let (_folder, project) = created("orders", &["--path", clone.to_str().expect("text")]);
    assert_eq!(dependencies(&project), ["durable", "serde"]);
}

#[test]
fn a_repository_replaces_the_clone() {
    let (_folder, project) = created("orders", &["--git", "https://example.com/durable.git"]);
    let text = files(&project).into_iter().map(|(_, text)| text).collect::<String>();
    assert!(
        text.contains("durable = { git = \"https://example.com/durable.git\", features"),
        "{text}"
    );
    assert!(text.contains("docker build -t orders:0.1.0 ."), "{text}");
    assert!(!text.contains("--from=durable"), "{text}");
}

#[test]
fn mistakes_are_refused_with_their_fix_and_write_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let at = |path: &str| folder.path().join(path);
    fs::create_dir(at("full")).expect("it can be made");
    fs::write(at("full/notes.txt"), "mine").expect("it can be written");
    fs::write(at("file"), "mine").expect("it can be written");
    let before = files(folder.path());
    for (arguments, problem) in [
        (&["new", "My Orders"][..], "such as `my-orders`"),
        (&["new", "shop/async"], "invalid name `async`: it's a keyword of Rust"),
        (&["new", ".."], "such as `durable new orders`"),
        (&["new", "full"], "`full` exists and isn't empty; choose another name"),
        (&["new", "file"], "`file` exists and isn't a folder; choose another name"),
        (&["new", "orders", "--path", "full"], "name a clone with `--path DIR`"),
        (&["new", "orders", "--git", "durable"], "invalid --git: expected the URL of a repository"),
        (&["new", "orders", "--git", "https://x/$(id)"], "invalid --git: white space, quotes"),
        (&["new", "orders", "--git", "https://x/y", "--path", "."], "cannot be used with"),
        (&["new"], "<NAME>"),
        (&["nwe", "orders"], "unrecognized subcommand 'nwe'"),
    ] {
        let (code, output, errors) = durable(folder.path(), arguments);
        assert_eq!((code, output.as_str()), (Some(2), ""), "{arguments:?}: {errors}");
        assert!(errors.starts_with("error: "), "{errors}");
        assert!(errors.contains(problem), "{arguments:?}: {errors}");
    }
    assert_eq!(files(folder.path()), before);
}
