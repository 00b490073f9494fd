//! The documentation and the JSON Schema say what the model says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use durable::config::{Config, ConfigKey};
use serde_json::Value;

const BEGIN: &str = "<!-- The table of keys; tests/config compares it with the model. -->\n";
const END: &str = "<!-- The end of the table of keys. -->\n";

/// The table, as the documentation must have it.
fn table() -> String {
    let mut table = String::from(
        "| key under `temporal` | value | default | what it does |\n|---|---|---|---|\n",
    );
    let mut refused = String::from("\n| unsupported key | reason |\n|---|---|\n");
    for ConfigKey { key, value, default, without, meaning, is_refused, .. } in Config::keys() {
        let default = match (default, without) {
            (Some(default), _) => format!("`{default}`"),
            (None, without) => without.unwrap_or_default().to_owned(),
        };
        let row = if is_refused {
            writeln!(refused, "| `{key}` | {meaning} |")
        } else {
            writeln!(table, "| `{key}` | {value} | {default} | {meaning} |")
        };
        row.expect("a string takes everything");
    }
    table + &refused
}

#[test]
fn documentation_lists_every_key() {
    let text = std::fs::read_to_string(docs("configuration.md")).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    is_written("configuration.md", &format!("{before}{BEGIN}{}{END}{after}", table()));
}

#[test]
fn published_schema_equals_generated_schema() {
    let schema = serde_json::to_string_pretty(&Config::json_schema()).unwrap();
    is_written("configuration.schema.json", &(schema + "\n"));
}

#[test]
fn documented_file_of_the_original_loads() {
    let text = std::fs::read_to_string(docs("configuration.md")).unwrap();
    let (_, text) = text.split_once("copy the file:\n\n```yaml\n").expect("the file is there");
    let (file, _) = text.split_once("```").expect("the file ends");
    let config = crate::load(file, &[]).unwrap();
    for (key, wanted) in [
        ("workflows.execution_timeout_s", "86400"),
        ("workflows.run_timeout_s", "7200"),
        ("workflows.task_timeout_s", "10"),
        ("workflows.retry.maximum_attempts", "5"),
        ("activities.start_to_close_timeout_s", "1200"),
        ("activities.schedule_to_close_timeout_s", "3600"),
        ("activities.heartbeat_timeout_s", "300"),
        ("activities.retry.maximum_interval_seconds", "60"),
        ("worker.activities_per_second", "10"),
        ("worker.workflow_cache_size", "100"),
        ("worker.worker_build_id", "api-worker-1"),
    ] {
        assert_eq!(crate::value(&config, key).as_deref(), Some(wanted), "{key}");
    }
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// Compares a file with what it should hold, or writes it when the person says so.
fn is_written(name: &str, wanted: &str) {
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(docs(name), wanted).expect("it can be written");
    } else {
        let found = std::fs::read_to_string(docs(name)).unwrap_or_default();
        assert_eq!(found, wanted, "write docs/{name} anew with DURABLE_WRITE_DOCS=1");
    }
}

/// The part of the schema that describes a key.
fn described<'a>(schema: &'a Value, key: &str) -> &'a Value {
    key.split('.').fold(&schema["properties"]["temporal"], |at, part| {
        let chosen = part.chars().all(|letter| letter.is_ascii_uppercase());
        if chosen { &at["additionalProperties"] } else { &at["properties"][part] }
    })
}

#[test]
fn schema_describes_every_key_and_allows_no_other() {
    let schema = Config::json_schema();
    for key in Config::keys() {
        let described = described(&schema, &key.key);
        if key.is_refused {
            assert!(described.is_null(), "{}", key.key);
        } else if key.key.split('.').next_back() != Some("NAME") {
            let words = described["description"].as_str().unwrap_or_default();
            assert!(words.starts_with(key.meaning), "{}: {described}", key.key);
            assert_eq!(key.default.is_some(), !described["default"].is_null(), "{}", key.key);
            let kind = described["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
            assert!(schema["$defs"].get(kind.unwrap_or_default()).is_some(), "{}", key.key);
        }
    }
    assert_eq!(described(&schema, "worker")["additionalProperties"], false);
    let rate = described(&schema, "worker.queues.QUEUE.activities_per_second");
    assert_eq!(rate["$ref"], "#/$defs/rate");
    assert_eq!(schema["$defs"]["rate"]["anyOf"][0]["type"], "number");
    assert_eq!(described(&schema, "namespace")["default"], "default");
}
