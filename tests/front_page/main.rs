//! The claims of the README about its program and its dependencies, and the sources of the code in the guides.

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

/// The blocks of Rust on a page.
fn rust_blocks(page: &str) -> Vec<&str> {
    blocks(page, "rust")
}

/// The blocks of a language on a page.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks.map(|block| block.split("```").next().expect("what is split has a start")).collect()
}

/// Every file of Rust in these folders.
fn sources(folders: &[&str]) -> Vec<String> {
    let entries = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root().join(folder)).expect("the example is there"));
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| std::fs::read_to_string(path).expect("it is text")).collect()
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
    assert_eq!(block(&read("README.md"), "rust"), program);
}

#[test]
fn the_code_about_testing_is_that_of_the_example() {
    let (readme, guide) = (read("README.md"), read("docs/testing.md"));
    let example = sources(&["examples/testing", "examples/testing/tests"]);
    let of_readme = rust_blocks(&readme).into_iter().skip(1);
    let blocks: Vec<_> = of_readme.chain(rust_blocks(&guide)).collect();
    assert!(blocks.len() > 10, "{} blocks", blocks.len());
    for block in blocks {
        assert!(example.iter().any(|file| file.contains(block)), "no file has\n{block}");
    }
}

#[test]
fn the_code_about_failures_is_that_of_the_example() {
    let guide = read("docs/failures.md");
    let example = flush(&read("examples/error-handling/workflow.rs"));
    let blocks = rust_blocks(&guide);
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert!(example.contains(&flush(block)), "the example has no\n{block}");
    }
}

/// The text without what lines begin with, so that a guide need not indent as deep as a file.
fn flush(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_code_about_versioning_is_that_of_the_examples() {
    let guide = read("docs/versioning.md");
    let folders = ["examples/versioning", "examples/continue-as-new", "examples/entity"];
    let examples: Vec<_> = sources(&folders).iter().map(|file| flush(file)).collect();
    // Blocks in lists are indented, fences and all.
    let guide = flush(&guide);
    let blocks = rust_blocks(&guide);
    assert!(blocks.len() > 5, "{} blocks", blocks.len());
    for block in blocks {
        assert!(examples.iter().any(|file| file.contains(block)), "no file has\n{block}");
    }
}

#[test]
fn the_code_about_determinism_is_what_the_compiler_was_asked() {
    let guide = read("docs/determinism.md");
    for (language, folder, extension) in [
        ("rust", "pass", "rs"),
        ("rust,compile_fail", "fail/lint", "rs"),
        ("text", "fail/lint", "stderr"),
    ] {
        let folder = root().join("tests/diagnostics").join(folder);
        let entries = std::fs::read_dir(folder).expect("the cases are there");
        let paths = entries.map(|entry| entry.expect("it can be read").path());
        let cases = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
        let cases: Vec<_> =
            cases.map(|path| flush(&std::fs::read_to_string(path).expect("text"))).collect();
        let blocks = blocks(&guide, language);
        assert!(blocks.len() > 1, "{} blocks of {language}", blocks.len());
        for block in blocks {
            let block = flush(block);
            assert!(cases.iter().any(|case| case.contains(&block)), "no file has\n{block}");
        }
    }
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
    let program = block(&read("README.md"), "rust");
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
