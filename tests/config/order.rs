//! Which layer holds: the table of docs/configuration.md, row by row.

use std::fs;

use durable::Client;
use durable::client::ClientService;
use durable::config::Config;

use crate::{load, printed, source, value};

const FILE: &str = "temporal: { url: file:1, namespace: from-file, identity: from-file }";

fn urls(variables: &[(&str, &str)]) -> (String, String) {
    let config = load(FILE, variables).expect("nothing is wrong");
    (config.url().to_owned(), source(&config, "url"))
}

#[test]
fn key_variable_overrides_temporal_variable_and_file() {
    let of_key = ("DURABLE__URL", "key:1");
    let of_temporal = ("TEMPORAL_ADDRESS", "temporal:1");
    assert_eq!(urls(&[]), ("file:1".into(), "durable.yaml:1".into()));
    assert_eq!(urls(&[of_temporal]), ("temporal:1".into(), "TEMPORAL_ADDRESS".into()));
    assert_eq!(urls(&[of_temporal, of_key]), ("key:1".into(), "DURABLE__URL".into()));
}

#[test]
fn calls_override_the_configuration_in_either_order() {
    let config = load(FILE, &[]).expect("nothing is wrong");
    for builder in [
        Client::builder().namespace("called").config(&config),
        Client::builder().config(&config).namespace("called"),
    ] {
        let service = ClientService::new(builder);
        assert_eq!((service.url(), service.namespace()), ("file:1", "called"));
    }
}

#[test]
fn every_key_has_a_variable() {
    let variables = [
        ("DURABLE__WORKER__ACTIVITIES_PER_SECOND", "7"),
        ("DURABLE__ACTIVITIES__TYPES__charge__RETRY__MAXIMUM_ATTEMPTS", "2"),
        ("DURABLE__WORKER__QUEUES__orders-eu__ENABLED", "false"),
        ("DURABLE__HEADERS__x-tenant", "books"),
        ("DURABLE__ACTIVITIES__RETRY__NON_RETRYABLE_ERROR_TYPES", "CardDeclined, Stolen"),
    ];
    let config = load("", &variables).unwrap();
    for (key, wanted) in [
        ("worker.activities_per_second", "7"),
        ("activities.types.charge.retry.maximum_attempts", "2"),
        ("worker.queues.orders-eu.enabled", "false"),
        ("headers.x-tenant", "***"),
        ("activities.retry.non_retryable_error_types", "[CardDeclined, Stolen]"),
    ] {
        assert_eq!(value(&config, key).as_deref(), Some(wanted), "{key}");
    }
}

#[test]
fn reads_all_temporal_variables() {
    let variables = [
        ("TEMPORAL_ADDRESS", "cloud:7233"),
        ("TEMPORAL_NAMESPACE", "shop.a1b2c"),
        ("TEMPORAL_API_KEY", "very-secret"),
        ("TEMPORAL_TLS", "true"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/certs/client.pem"),
        ("TEMPORAL_TLS_CLIENT_KEY_DATA", "-----BEGIN PRIVATE KEY-----"),
        ("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/certs/ca.pem"),
        ("TEMPORAL_TLS_SERVER_NAME", "temporal.internal"),
        ("TEMPORAL_GRPC_META_X_TENANT", "books"),
    ];
    let config = load("", &variables).unwrap();
    for (key, wanted, from) in [
        ("url", "cloud:7233", "TEMPORAL_ADDRESS"),
        ("namespace", "shop.a1b2c", "TEMPORAL_NAMESPACE"),
        ("api_key", "***", "TEMPORAL_API_KEY"),
        ("tls", "true", "TEMPORAL_TLS"),
        ("client_cert", "/certs/client.pem", "TEMPORAL_TLS_CLIENT_CERT_PATH"),
        ("client_key", "***", "TEMPORAL_TLS_CLIENT_KEY_DATA"),
        ("server_ca_cert", "/certs/ca.pem", "TEMPORAL_TLS_SERVER_CA_CERT_PATH"),
        ("tls_server_name", "temporal.internal", "TEMPORAL_TLS_SERVER_NAME"),
        ("headers.x-tenant", "***", "TEMPORAL_GRPC_META_X_TENANT"),
    ] {
        assert_eq!(value(&config, key).as_deref(), Some(wanted), "{key}");
        assert_eq!(source(&config, key), from, "{key}");
    }
}

#[test]
fn file_of_the_api_key_has_a_variable_and_belongs_to_its_server() {
    let config = load("", &[("TEMPORAL_API_KEY_PATH", "/run/secrets/key")]).unwrap();
    assert_eq!(value(&config, "api_key_file").as_deref(), Some("/run/secrets/key"));
    assert_eq!(source(&config, "api_key_file"), "TEMPORAL_API_KEY_PATH");

    let (_folder, path) = profiles();
    let named = [("TEMPORAL_CONFIG_FILE", path.as_str()), ("TEMPORAL_PROFILE", "prod")];
    let config = load("temporal: { url: 'file:1', api_key_file: key }", &named).unwrap();
    assert_eq!(value(&config, "api_key_file"), None, "the key is for the server of the file");
}

/// A `temporal.toml` with two profiles, and the folder that keeps it.
fn profiles() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("temporal.toml");
    let text = "
[profile.default]
address = \"default-profile:1\"
namespace = \"default-profile\"
[profile.prod]
address = \"prod:1\"
[profile.prod.tls]
client_cert_path = \"/prod/client.pem\"
client_key_path = \"/prod/client.key\"
[profile.prod.grpc_meta]
x_tenant = \"books\"
";
    fs::write(&path, text).expect("it can be written");
    let path = path.to_str().expect("it is text").to_owned();
    (folder, path)
}

#[test]
fn default_profile_has_lowest_precedence() {
    let (_folder, path) = profiles();
    let variables = [("TEMPORAL_CONFIG_FILE", path.as_str())];
    let config = load("temporal: { identity: me }", &variables).unwrap();
    assert_eq!((config.url(), config.namespace()), ("default-profile:1", "default-profile"));
    assert_eq!(source(&config, "url"), format!("profile `default` of {path}"));

    // A file with a server of its own takes nothing from somebody's usual one.
    let config = load("temporal: { url: file:1 }", &variables).unwrap();
    assert_eq!((config.url(), config.namespace()), ("file:1", "default"));
}

#[test]
fn named_profile_replaces_the_connection() {
    let (_folder, path) = profiles();
    let named = [("TEMPORAL_CONFIG_FILE", path.as_str()), ("TEMPORAL_PROFILE", "prod")];
    let file = "
temporal:
  url: file:1
  namespace: from-file
  api_key: secret-of-another-server
  tls: false
";
    let config = load(file, &named).unwrap();
    assert_eq!((config.url(), config.namespace()), ("prod:1", "from-file"));
    assert_eq!(value(&config, "tls").as_deref(), Some("true"));
    assert_eq!(value(&config, "client_cert").as_deref(), Some("/prod/client.pem"));
    assert_eq!(value(&config, "headers.x-tenant").as_deref(), Some("***"));
    assert_eq!(value(&config, "api_key"), None);

    let variables = [&named[..], &[("TEMPORAL_ADDRESS", "variable:1")]].concat();
    assert_eq!(load(file, &variables).unwrap().url(), "variable:1");
}

#[test]
fn reports_missing_profile() {
    let (_folder, path) = profiles();
    let named = [("TEMPORAL_CONFIG_FILE", path.as_str()), ("TEMPORAL_PROFILE", "production")];
    let printed_problems = printed("", &named).join("\n");
    assert!(printed_problems.contains("'production' not found"), "{printed_problems}");
    assert!(printed_problems.contains(&path), "{printed_problems}");
    let printed_problems = printed("", &[("TEMPORAL_CONFIG_FILE", "/nowhere.toml")]).join("\n");
    assert!(printed_problems.contains("/nowhere.toml"), "{printed_problems}");
    assert!(!printed("", &[("TEMPORAL_PROFILE", "prod")]).is_empty());
}

#[test]
fn ignores_broken_default_profile_that_is_not_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("temporal.toml");
    fs::write(&path, "this is no TOML").unwrap();
    let variables = [("TEMPORAL_CONFIG_FILE", path.to_str().unwrap())];
    load("temporal: { url: file:1 }", &variables).unwrap();
    let problems = printed("", &variables).join("\n");
    assert!(problems.contains(path.to_str().unwrap()), "{problems}");
}

#[test]
fn loads_without_a_file() {
    // The tests run in a folder without `durable.yaml`.
    let nothing: [(String, String); 0] = [];
    let config = Config::loader().environment(nothing).load().unwrap();
    assert_eq!(config.file(), None);
}
