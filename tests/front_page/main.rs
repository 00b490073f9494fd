//! The claims of the README about its program and its dependencies.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("it is there")
}

/// The first block of a language on the README.
fn block(readme: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    let start = readme.find(&fence).expect("the README has such a block") + fence.len();
    let end = readme[start..].find("```").expect("the block ends") + start;
    readme[start..end].to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {errors}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_program_on_the_readme_is_the_one_that_is_built() {
    let program = read("tests/readme/src/main.rs");
    let (_, program) = program.split_once("\n\n").expect("its first line is the room's");
    assert_eq!(block(&read("README.md"), "rust,quoted"), program);
}

#[test]
fn the_program_on_the_readme_does_what_its_comments_say() {
    let program = durable_tests::build(&["durable-readme"], &[]).join("durable-readme");
    let output = Command::new(program).output().expect("the program that was built runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "charged 12.5 for order 7\n");
}

#[test]
fn the_program_on_the_readme_prints_why_a_card_was_declined_and_exits() {
    let charged = "    Ok(format!(\"charged {amount} for order {order_id}\"))\n";
    let declined = "    let _ = (order_id, amount);\n    \
                    Err(ApplicationFailure::non_retryable(\"the card was declined\").into())\n";
    let program = block(&read("README.md"), "rust,quoted");
    assert!(program.contains(charged), "the README charges");
    let source = read("tests/readme/src/bin/declined.rs");
    let (_, source) = source.split_once("\n\n").expect("its first line is the room's");
    assert_eq!(source, program.replace(charged, declined), "nothing else differs");

    let program = durable_tests::build(&["declined"], &[]).join("declined");
    let output = Command::new(program).output().expect("the program that was built runs");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "Error: workflow `order-7` failed\n\nCaused by:\n    activity `charge` failed\n    \
         the card was declined\n"
    );
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn its_only_dependencies_are_durable_and_serde() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--package",
        "durable-readme",
        "--depth",
        "1",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{lib}",
    ]);
    let mut dependencies: Vec<_> = tree.lines().filter(|line| !line.is_empty()).collect();
    dependencies.sort_unstable();
    assert_eq!(dependencies, ["durable", "serde"], "{tree}");
}

#[test]
fn no_protoc_is_needed() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--package",
        "durable-readme",
        "--edges",
        "features",
        "--invert",
        "temporalio-protos",
        "--prefix",
        "none",
    ]);
    // With this feature the protobuf files are compiled by a library in the build script.
    assert!(tree.contains(r#"temporalio-protos feature "vendored-protox""#), "{tree}");
}

#[test]
fn a_feature_that_is_off_brings_no_dependencies() {
    let tree = |features: &[&str]| {
        let arguments = ["tree", "--locked", "--package", "durable", "--depth", "1"];
        let shown = ["--edges", "normal", "--prefix", "none", "--format", "{lib}"];
        cargo(&[&arguments[..], &shown, features].concat())
    };
    let names = |tree: &str| tree.lines().map(str::to_owned).collect::<Vec<_>>();
    let without = names(&tree(&[]));
    let dev_server =
        ["etcetera", "ring", "rustix", "tempfile", "temporalio_sdk_core", "which", "zip"];
    let cli = ["anstream", "clap", "clap_complete", "console", "tracing_subscriber"];
    for (feature, dependencies) in [("dev-server", &dev_server[..]), ("cli", &cli)] {
        let with = names(&tree(&["--features", feature]));
        for dependency in dependencies {
            assert!(with.iter().any(|name| name == dependency), "{with:?}");
            assert!(!without.iter().any(|name| name == dependency), "{without:?}");
        }
    }
}

#[test]
fn the_commands_of_the_readme_are_the_documented_ones() {
    let commands = block(&read("README.md"), "sh");
    let mut commands = commands.lines().filter_map(|line| line.split('#').next()).map(str::trim);
    assert_eq!(commands.next(), Some("cargo run --example orders"));
    let test = commands.next().expect("a second command");
    assert_eq!(test, "cargo test --workspace");
    assert!(read(".ci/run").lines().any(|line| line == format!("step {test}")), "CI runs {test}");
    assert!(read("CONTRIBUTING.md").contains("bash .ci/run"));
}

#[test]
fn every_example_is_on_the_page_of_the_examples_and_can_be_run() {
    let entries = std::fs::read_dir(root().join("examples")).expect("they are there");
    let entries = entries.map(|entry| entry.expect("it can be read"));
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("text"))
        .collect();
    folders.sort();
    let page = read("examples/README.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| [")?.split_once(']'));
    let listed: Vec<_> = rows.map(|(name, _)| name).collect();
    assert_eq!(listed, folders, "the table lists each example, in order");
    let package = read("examples/Cargo.toml");
    let tests = read("examples/test.rs");
    for name in folders {
        assert!(
            package.contains(&format!("name = \"{name}\"\npath = \"{name}/main.rs\"")),
            "{name}"
        );
        assert!(tests.contains(&format!("#[path = \"{name}/")), "{name} has no tests in test.rs");
    }
}
