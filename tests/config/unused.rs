//! Settings that another setting switches off: unused, and no mistakes.

use crate::{load, problems, value};

/// The file of the system that this crate succeeds, which switches TLS by a variable.
const SEED: &str = "
temporal:
  url: ${TEMPORAL_URL:-localhost:7233}
  namespace: ${TEMPORAL_NAMESPACE:-default}
  tls_enabled: ${TEMPORAL_TLS_ENABLED:-false}
  client_cert: ${TEMPORAL_CLIENT_CERT:-/run/secrets/temporal_client.crt}
  client_key: ${TEMPORAL_CLIENT_KEY:-/run/secrets/temporal_client.key}
  server_ca_cert: ${TEMPORAL_SERVER_CA_CERT:-/run/secrets/temporal_ca.crt}
";

/// The reason why a key is unused, if it is.
fn unused(text: &str, variables: &[(&str, &str)], key: &str) -> Option<&'static str> {
    let config = load(text, variables).expect("nothing is wrong");
    let settings = config.settings();
    settings.iter().find(|setting| setting.key == key).expect("there is such a key").unused
}

#[test]
fn ignores_certificates_if_a_variable_disables_tls() {
    for key in ["client_cert", "client_key", "server_ca_cert"] {
        assert_eq!(unused(SEED, &[], key), Some("`tls` is false"), "{key}");
        assert_eq!(unused(SEED, &[("TEMPORAL_TLS_ENABLED", "true")], key), None, "{key}");
    }
    assert_eq!(unused(SEED, &[], "tls"), None);
    let config = load(SEED, &[]).expect("nothing is wrong");
    let shown = value(&config, "client_cert");
    assert_eq!(shown.as_deref(), Some("/run/secrets/temporal_client.crt"));
    let lines: Vec<_> = config.settings().iter().map(ToString::to_string).collect();
    let line =
        "client_cert = /run/secrets/temporal_client.crt (durable.yaml:6), unused: `tls` is false";
    assert!(lines.iter().any(|shown| shown == line), "{lines:#?}");
}

#[test]
fn reports_settings_that_another_setting_disables_as_unused() {
    for (text, key) in [
        ("enabled: false, namespace: shop", "namespace"),
        ("enabled: false, worker: { target_cpu_usage: 0.5 }", "worker.target_cpu_usage"),
        ("tls: false, tls_server_name: shop", "tls_server_name"),
        ("tls: false, client_cert: /only-the-certificate", "client_cert"),
        ("tls: false, url: 'http://shop:7233', server_ca_cert: /ca.pem", "server_ca_cert"),
        ("proxy_user: me", "proxy_user"),
        ("proxy_user: me, proxy_password: s3cret", "proxy_password"),
        ("worker: { enabled: false, workflow_pollers: 1 }", "worker.workflow_pollers"),
        (
            "worker: { enabled: false, queues: { q: { workflow_pollers: 1 } } }",
            "worker.queues.q.workflow_pollers",
        ),
        ("worker: { max_restarts: 0, restart_interval_s: 3 }", "worker.restart_interval_s"),
        ("worker: { deadlock_timeout_s: 0, max_stuck_workflows: 1 }", "worker.max_stuck_workflows"),
        (
            "worker: { workflow_cache_size: 0, sticky_queue_schedule_to_start_timeout_ms: 5 }",
            "worker.sticky_queue_schedule_to_start_timeout_ms",
        ),
        (
            "worker: { queues: { q: { workflow_cache_size: 0, \
             sticky_queue_schedule_to_start_timeout_ms: 5 } } }",
            "worker.queues.q.sticky_queue_schedule_to_start_timeout_ms",
        ),
        ("dev_server: { ui: false, ui_port: 8233 }", "dev_server.ui_port"),
        ("codec_server: { jwt_issuers: [me] }", "codec_server.jwt_issuers"),
        ("codec_server: { jwks_ca_cert: /ca.pem }", "codec_server.jwks_ca_cert"),
    ] {
        let text = format!("temporal: {{ {text} }}");
        assert!(unused(&text, &[], key).is_some(), "{text}");
    }
}

#[test]
fn reports_settings_that_are_still_read_as_used() {
    for (text, key) in [
        // One queue has a cache.
        (
            "worker: { workflow_cache_size: 0, sticky_queue_schedule_to_start_timeout_ms: 5, \
             queues: { q: { workflow_cache_size: 9 } } }",
            "worker.sticky_queue_schedule_to_start_timeout_ms",
        ),
        // The queue is served where a program names it.
        (
            "worker: { queues: { q: { enabled: false, max_concurrent_activities: 5 } } }",
            "worker.queues.q.max_concurrent_activities",
        ),
        ("dev_server: { ui_port: 8233 }", "dev_server.ui_port"),
        ("client_cert: /a, client_key: /b", "client_cert"),
        ("proxy: 'proxy:3128', proxy_user: me, proxy_password: s3cret", "proxy_user"),
        ("tls: false, api_key: secret", "api_key"),
    ] {
        assert_eq!(unused(&format!("temporal: {{ {text} }}"), &[], key), None, "{text}");
    }
}

#[test]
fn accepts_missing_variable_of_unused_setting() {
    let text = "
temporal:
  tls: ${SHOP_TLS:-false}
  client_cert: ${SHOP_CERT}
  client_key: ${SHOP_KEY:?where is the key}
";
    load(text, &[]).expect("TLS is off");
    let problems = problems(text, &[("SHOP_TLS", "true")]);
    let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["temporal.client_cert", "temporal.client_key"]);
}

#[test]
fn refuses_contradicting_settings() {
    for (text, key) in [
        ("tls: false, url: 'https://shop:7233'", "temporal.url"),
        ("tls: true, url: 'http://shop:7233'", "temporal.url"),
        ("url: 'http://shop:7233', server_ca_cert: /ca.pem", "temporal.server_ca_cert"),
        ("url: 'HTTP://shop:7233', tls_server_name: shop", "temporal.tls_server_name"),
        ("tls: true, client_cert: /a", "temporal.client_cert"),
    ] {
        let problems = problems(&format!("temporal: {{ {text} }}"), &[]);
        assert_eq!(problems[0].key, key, "{text}: {problems:?}");
    }
}
