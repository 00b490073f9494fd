//! The dictionary of terms: each method and type of this crate that it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[allow(unused_imports, reason = "the compiler checks that these paths of the dictionary exist")]
mod paths {
    use durable::ApplicationError;
    use durable::Error;
    use durable::Failure;
    use durable::State;
    use durable::Workers;
    use durable::activity::ApplicationFailure;
    use durable::client::ClientService;
    use durable::client::DataConverter;
    use durable::client::Idempotency;
    use durable::codec::Encryption;
    use durable::options::RetryOptions;
    use durable::search_attributes;
    use durable::telemetry;
    use durable::test;
    use durable::testing::ActivityTest;
    use durable::testing::Replayer;
    use durable::testing::TestEnv;
    use durable::worker::VersioningBehavior;
    use durable::workflow::ParentClosePolicy;
    use durable::workflow::Saga;
    use durable::workflow::SearchAttributeKey;
    use durable::workflow::entity::Entity;
    use durable::workflow::join_all;
}

/// The terms in backquotes of the last column of each table.
fn terms() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let page = fs::read_to_string(root.join("docs/from-other-sdks.md")).expect("it is text");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| durable |"));
    let cells = rows.filter_map(|row| row.trim_end_matches(" |").rsplit_once(" | "));
    let terms = cells.flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2));
    terms.map(str::to_owned).collect()
}

#[test]
fn types_of_the_dictionary_exist() {
    let checked: BTreeSet<_> = include_str!("terms.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("use ")?.strip_suffix(';'))
        .collect();
    let terms = terms();
    let paths: Vec<_> = terms.iter().filter(|term| term.starts_with("durable::")).collect();
    assert!(paths.len() > 15, "{paths:?}");
    for path in paths {
        assert!(checked.contains(path.as_str()), "`use {path};` isn't in this file");
    }
}

/// The text of every source of a folder.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let texts = entries.map(|entry| {
        let path = entry.expect("it can be read").path();
        if path.is_dir() { sources(&path) } else { fs::read_to_string(path).expect("text") }
    });
    texts.collect()
}

#[test]
fn methods_of_the_dictionary_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let sources = sources(&root.join("durable/src")) + &sources(&root.join("durable-macros/src"));
    // Methods of the SDK's context and of its errors, and macros, which this crate exports as they are.
    let of_the_sdk = ["random", "patched", "deprecate_patch", "info", "task_token"];
    let mut count = 0;
    for term in terms() {
        let Some((path, _)) = term.split_once('(').filter(|_| !term.starts_with('#')) else {
            continue;
        };
        let name = path.rsplit(['.', ':']).next().expect("it has a name");
        // The program's own signal.
        if ["approve", "retry"].contains(&name) {
            continue;
        }
        count += 1;
        let is_there = [format!("fn {name}("), format!("fn {name}<"), format!("{name}:")];
        let is_there = is_there.iter().any(|text| sources.contains(text));
        assert!(is_there || of_the_sdk.contains(&name), "`{term}`: no method `{name}`");
    }
    assert!(count > 50, "{count} methods");
}
