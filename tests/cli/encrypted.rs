//! Commands with `temporal.encryption` in the configuration, and nothing else.

use std::fs;

use durable_tests::{Shared, unique};

use crate::serving::Running;
use crate::{bare_namespace, program, run, run_alone};

#[test]
fn workers_and_commands_encrypt_by_the_configuration_alone() {
    let key = run_alone(&["keys", "generate"]).text();
    assert_ne!(run_alone(&["keys", "generate"]).text(), key, "each key is new");
    let (namespace, folder) = (bare_namespace(), tempfile::tempdir().expect("a folder"));
    let (secret, file) = (folder.path().join("k1"), folder.path().join("shop.yaml"));
    fs::write(&secret, &key).expect("it is written");
    let keys = format!("{{ k1: {{ file: '{}' }} }}", secret.display());
    let text = format!(
        "temporal: {{ namespace: {namespace}, encryption: {{ active: k1, keys: {keys} }} }}"
    );
    fs::write(&file, text).expect("it is written");
    let config = ["--config", &file.display().to_string()];

    let checked = run_alone(&[&["config", "check"][..], &config].concat()).text();
    assert!(checked.contains("k1") && !checked.contains(key.trim()), "{checked}");

    let mut command = program(&[&["serve", "--queue", "cli-served"][..], &config].concat());
    let served = Running::start(command.env("TEMPORAL_ADDRESS", Shared::get().address()));
    let (id, word) = (unique("sealed"), unique("word"));
    let text = format!("\"{word}\"");
    let execute = ["execute", "EchoWorkflow", &text, "--id", &id, "--timeout", "20s"];
    assert_eq!(run(&[&execute[..], &config].concat()).text(), format!("{text}\n"));
    let history = ["history", &id, "--payloads"];
    let read = run(&[&history[..], &config].concat()).text();
    assert!(read.contains(&word), "{read}");
    let unread = run(&[&history[..], &["--namespace", &namespace]].concat());
    assert!(!format!("{unread:?}").contains(&word), "{unread:?}");
    assert!(format!("{unread:?}").contains("binary/encrypted"), "{unread:?}");
    let (status, log) = served.stop("TERM");
    assert!(status.success(), "{log}");
}
