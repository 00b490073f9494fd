//! Reading a configuration: files, values, and variables in values.

use durable::config::Config;

use crate::{load, source, value};

#[test]
fn uses_built_in_values_without_configuration() {
    let config = load("", &[]).unwrap();
    assert!(config.is_enabled());
    assert_eq!((config.url(), config.namespace()), ("localhost:7233", "default"));
    for (key, wanted) in [
        ("activities.start_to_close_timeout_s", Some("1200")),
        ("activities.schedule_to_close_timeout_s", None),
        ("activities.heartbeat_timeout_s", None),
        ("activities.retry.maximum_attempts", Some("5")),
        ("activities.retry.initial_interval_seconds", Some("5")),
        ("activities.retry.backoff_coefficient", Some("2.0")),
        ("activities.retry.maximum_interval_seconds", Some("60")),
        ("workflows.execution_timeout_s", None),
        ("workflows.run_timeout_s", None),
        ("workflows.task_timeout_s", None),
        ("workflows.retry.maximum_attempts", None),
        ("workflows.retry.initial_interval_seconds", None),
        ("worker.enabled", Some("true")),
        ("worker.activities_per_second", Some("0")),
        ("worker.max_concurrent_activities", Some("100")),
        ("worker.max_concurrent_workflow_tasks", Some("100")),
        ("worker.workflow_cache_size", Some("1000")),
        ("worker.sticky_queue_schedule_to_start_timeout_ms", Some("10000")),
    ] {
        assert_eq!(value(&config, key).as_deref(), wanted, "{key}");
        assert_eq!(source(&config, key), "built in");
    }
}

/// The file of the system that this crate succeeds, but for the keys that could have no effect there.
const ORIGINAL: &str = "
temporal:
  enabled: true
  url: ${TEMPORAL_URL:-localhost:7233}
  namespace: ${TEMPORAL_NAMESPACE:-default}
  tls_enabled: ${TEMPORAL_TLS_ENABLED:-true}
  client_cert: ${TEMPORAL_CLIENT_CERT:-/run/secrets/temporal_client.crt}
  client_key: ${TEMPORAL_CLIENT_KEY:-/run/secrets/temporal_client.key}
  server_ca_cert: ${TEMPORAL_SERVER_CA_CERT:-/run/secrets/temporal_ca.crt}
  workflows:
    execution_timeout_s: 86400  # 24 hours
    run_timeout_s: 7200         # 2 hours
    task_timeout_s: 10          # 10 seconds
  activities:
    start_to_close_timeout_s: 1200  # 20 minutes
    retry:
      maximum_attempts: 5
      backoff_coefficient: 2.0
  worker:
    worker_build_id: api-worker-1
";

#[test]
fn reads_file_of_the_original() {
    let config = load(ORIGINAL, &[("TEMPORAL_URL", "temporal:7233")]).unwrap();
    assert_eq!(config.url(), "temporal:7233");
    assert_eq!(value(&config, "tls").as_deref(), Some("true"));
    let certificate = value(&config, "client_cert");
    assert_eq!(certificate.as_deref(), Some("/run/secrets/temporal_client.crt"));
    assert_eq!(value(&config, "worker.worker_build_id").as_deref(), Some("api-worker-1"));
    assert_eq!(source(&config, "url"), "durable.yaml:4 with TEMPORAL_URL");
    assert_eq!(source(&config, "activities.retry.maximum_attempts"), "durable.yaml:17");
}

#[test]
fn substitutes_variables_anywhere_in_a_value() {
    let text = "
temporal:
  url: ${HOST}:${PORT:-7233}
  namespace: '${TEAM:?name the team}-${STAGE:-dev}'
  identity: $${NOT_A_VARIABLE} costs $5
  worker: { activities_per_second: \"${RATE}\", workflow_cache_size: '${NONE:-7}' }
";
    let variables = [("HOST", "temporal"), ("TEAM", "a: b # c\nenabled: false"), ("RATE", "2.5")];
    let config = load(text, &variables).unwrap();
    assert_eq!(config.url(), "temporal:7233");
    assert_eq!(config.namespace(), "a: b # c\nenabled: false-dev");
    assert!(config.is_enabled());
    assert_eq!(value(&config, "identity").as_deref(), Some("${NOT_A_VARIABLE} costs $5"));
    assert_eq!(value(&config, "worker.activities_per_second").as_deref(), Some("2.5"));
    assert_eq!(value(&config, "worker.workflow_cache_size").as_deref(), Some("7"));
    assert_eq!(source(&config, "worker.workflow_cache_size"), "durable.yaml:6");
}

#[test]
fn treats_empty_values_as_unset() {
    let text = "
temporal:
  url: ${NONE:-}
  namespace:
  identity: ~
  worker:
  activities: { retry: null }
";
    let config = load(text, &[("TEMPORAL_ADDRESS", ""), ("DURABLE__NAMESPACE", "")]).unwrap();
    assert_eq!((config.url(), config.namespace()), ("localhost:7233", "default"));
    assert_eq!(value(&config, "identity"), None);
}

#[test]
fn reads_settings_of_types_and_queues() {
    let text = "
temporal:
  workflows:
    types:
      OrderWorkflow: { run_timeout_s: 90.5 }
  activities:
    types:
      charge:
        heartbeat_timeout_s: 0
        retry: { maximum_attempts: 0, non_retryable_error_types: [CardDeclined, '${KIND}'] }
  worker:
    queues:
      payments: { activities_per_second: 3 }
      reports: { enabled: false }
";
    let config = load(text, &[("KIND", "Stolen")]).unwrap();
    for (key, wanted) in [
        ("workflows.types.OrderWorkflow.run_timeout_s", "90.5"),
        ("activities.types.charge.heartbeat_timeout_s", "0"),
        ("activities.types.charge.retry.maximum_attempts", "0"),
        ("activities.types.charge.retry.non_retryable_error_types", "[CardDeclined, Stolen]"),
        ("worker.queues.payments.activities_per_second", "3"),
        ("worker.queues.reports.enabled", "false"),
    ] {
        assert_eq!(value(&config, key).as_deref(), Some(wanted), "{key}");
    }
}

#[test]
fn resolves_paths_against_the_folder_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.yaml");
    std::fs::write(&path, "temporal:\n  tls: true\n  server_ca_cert: certs/ca.pem\n").unwrap();
    let nothing: [(String, String); 0] = [];
    let config = Config::loader().file(&path).environment(nothing).load().unwrap();
    assert_eq!(config.file(), Some(path.as_path()));
    let certificate = folder.path().join("certs/ca.pem").display().to_string();
    assert_eq!(value(&config, "server_ca_cert"), Some(certificate));
    assert_eq!(source(&config, "tls"), format!("{}:2", path.display()));

    let variables = [("DURABLE_CONFIG", path.to_str().unwrap())];
    let config = Config::loader().environment(variables).load().unwrap();
    assert_eq!(config.file(), Some(path.as_path()));
}
