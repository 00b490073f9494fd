//! The defaults of keys are those of the settings that the keys fill.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Config;
use super::keys::Temporal;
use super::section::Keys as _;
use crate::client::ConnectionSettings;
use crate::options::ActivityOptions;
use crate::worker::{ServingSettings, WorkerSettings};

fn load(text: &str) -> Config {
    let nothing: [(String, String); 0] = [];
    Config::loader().text(text).environment(nothing).load().expect("it is valid")
}

/// The documented default of each key that has one.
fn documented() -> BTreeMap<String, &'static str> {
    let keys = Config::keys().into_iter();
    keys.filter_map(|key| Some((key.key, key.default?))).collect()
}

#[test]
fn documented_defaults_are_those_of_the_rooms() {
    let documented = documented();
    let connection = ConnectionSettings::default();
    let serving = ServingSettings::default();
    let activities = ActivityOptions::built_in();
    let retry = activities.retry.clone().unwrap_or_default();
    let seconds = |time: std::time::Duration| time.as_secs_f64().to_string();
    for (key, owned) in [
        ("url", connection.address),
        ("namespace", connection.namespace),
        ("connect_timeout_s", seconds(connection.connect_timeout)),
        ("connect_limit_s", seconds(connection.connect_limit)),
        (
            "activities.start_to_close_timeout_s",
            seconds(activities.start_to_close_timeout.unwrap_or_default()),
        ),
        (
            "activities.retry.maximum_attempts",
            retry.maximum_attempts.unwrap_or_default().to_string(),
        ),
        ("worker.drain_timeout_s", seconds(serving.drain_timeout)),
        ("worker.stop_timeout_s", seconds(serving.stop_timeout)),
        ("worker.max_restarts", serving.max_restarts.to_string()),
        ("worker.restart_interval_s", seconds(serving.restart_interval)),
        ("worker.workflow_cache_size", serving.worker.workflow_cache_size.to_string()),
        (
            "worker.sticky_queue_schedule_to_start_timeout_ms",
            serving.worker.sticky_timeout.as_millis().to_string(),
        ),
    ] {
        assert_eq!(documented.get(key).copied(), Some(owned.as_str()), "{key}");
    }
}

#[test]
fn other_defaults_of_a_room_change_the_table_and_the_schema() {
    let owner = WorkerSettings { workflow_cache_size: 7, ..WorkerSettings::default() };
    let entries = super::keys::WorkerKeys::entries(&owner, false);
    let of_cache = entries.iter().find(|entry| entry.name() == "workflow_cache_size");
    let shown = format!("{of_cache:?}");
    assert!(shown.contains("Value(\"7\")"), "{shown}");
}

/// A file that sets every key to its documented default.
fn file_of_defaults() -> String {
    let mut text = String::from("temporal:\n");
    let mut open: Vec<String> = Vec::new();
    for (key, default) in documented() {
        let mut path: Vec<String> = key.split('.').map(str::to_owned).collect();
        let Some(name) = path.pop() else { continue };
        for (depth, section) in path.iter().enumerate() {
            if open.get(depth) != Some(section) {
                let indent = "  ".repeat(depth + 1);
                let _ = writeln!(text, "{indent}{section}:");
                open.truncate(depth);
                open.push(section.clone());
            }
        }
        open.truncate(path.len());
        let indent = "  ".repeat(path.len() + 1);
        let _ = writeln!(text, "{indent}{name}: {default}");
    }
    text
}

#[test]
fn setting_every_key_to_its_default_changes_nothing() {
    let (empty, full) = (load(""), load(&file_of_defaults()));
    let (one, other) = (empty.serving(), full.serving());
    assert_eq!(one.worker, other.worker);
    assert_eq!(one.worker, WorkerSettings::default());
    assert_eq!(
        (one.enabled, one.drain_timeout, one.stop_timeout, one.max_restarts, one.restart_interval),
        (
            other.enabled,
            other.drain_timeout,
            other.stop_timeout,
            other.max_restarts,
            other.restart_interval
        )
    );
    let (one, other) = (&empty.inner.connection, &full.inner.connection);
    let default = ConnectionSettings::default();
    for settings in [one, other] {
        assert_eq!(settings.address, default.address);
        assert_eq!(settings.namespace, default.namespace);
        assert_eq!(settings.connect_timeout, default.connect_timeout);
        assert_eq!(settings.connect_limit, default.connect_limit);
        assert!(settings.enabled);
    }
    let configured = full.options().of_activity("any").of_all;
    let built_in = ActivityOptions::built_in();
    assert_eq!(configured, built_in);
}

#[test]
fn keys_that_are_not_set_fill_nothing() {
    let keys = Temporal::of(&super::Values::default());
    let mut settings = ConnectionSettings { namespace: "kept".to_owned(), ..Default::default() };
    assert!(!keys.fill(&mut settings));
    assert_eq!(settings.namespace, "kept");
}
