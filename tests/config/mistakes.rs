//! Mistakes: each with its place, its key and what to write; all of them at once.

use durable::config::{Config, ValueSource};

use crate::{load, printed, problems};

const MANY: &str = "
temporal:
  urll: localhost:7233
  enabled: perhaps
  task_queue: orders
  namespace: [a, b]
  workflows:
    run_timeout: 10
    execution_timeout_s: 10m
  activities:
    retry:
      maximum_attempts: \"3\"
      backoff_coefficient: 0.5
  worker:
    poll_interval_ms: 1000
    max_concurrent_workflows: 5
    max_workflow_tasks_per_second: 100
    max_concurrent_activities: 0
    queues:
      orders: 5
  max_concurrent_activities: 3
  api_key: ${NO_KEY:?get one from the vault}
loging: {}
";

#[test]
fn all_mistakes_are_said_at_once_each_with_file_line_and_key() {
    let printed = printed(MANY, &[]);
    let expected = [
        "durable.yaml:3: temporal.urll: there is no such key; did you mean `url`?",
        "durable.yaml:4: temporal.enabled: this must be `true` or `false`, and is `perhaps`",
        "durable.yaml:5: temporal.task_queue: this key can have no effect: every workflow",
        "durable.yaml:6: temporal.namespace: this must be text, and is a list",
        "durable.yaml:8: temporal.workflows.run_timeout: there is no such key; did you mean \
         `run_timeout_s`?",
        "durable.yaml:9: temporal.workflows.execution_timeout_s: this must be a number of seconds, \
         such as 90 or 0.5, and is `10m`",
        "durable.yaml:12: temporal.activities.retry.maximum_attempts: this must be a whole number, \
         such as 100, and is the text `3`; leave out the quotes",
        "durable.yaml:13: temporal.activities.retry.backoff_coefficient: this must be a number of 1 \
         or more, such as 2.0, and is `0.5`",
        "durable.yaml:15: temporal.worker.poll_interval_ms: this key can have no effect: workers do \
         not poll at intervals",
        "durable.yaml:16: temporal.worker.max_concurrent_workflows: this key can have no effect",
        "durable.yaml:17: temporal.worker.max_workflow_tasks_per_second: this key can have no effect",
        "durable.yaml:18: temporal.worker.max_concurrent_activities: this must be a whole number from \
         1 on, such as 100, and is `0`",
        "durable.yaml:20: temporal.worker.queues.orders: this is a section with keys of its own, and \
         not a value",
        "durable.yaml:21: temporal.max_concurrent_activities: there is no such key here; did you mean \
         `temporal.worker.max_concurrent_activities`?",
        "durable.yaml:22: temporal.api_key: the environment variable NO_KEY is not set, or empty: get \
         one from the vault",
        "durable.yaml:23: loging: there is no such section; everything stands under `temporal:`",
    ];
    assert_eq!(printed.len(), expected.len(), "{printed:#?}");
    for (printed, expected) in printed.iter().zip(expected) {
        assert!(printed.starts_with(expected), "\n{printed}\nshould begin with\n{expected}");
    }
}

#[test]
fn a_problem_can_be_taken_apart_and_the_error_lists_all() {
    let problems = problems("temporal:\n  urll: x\n  tsl: true\n", &[]);
    assert_eq!(problems[0].key, "temporal.urll");
    assert!(
        matches!(&problems[0].source, ValueSource::File { path, line: 2, .. } if path.ends_with("durable.yaml"))
    );
    let text = load("temporal:\n  urll: x\n  tsl: true\n", &[]).unwrap_err().to_string();
    assert!(text.contains("urll") && text.contains("did you mean `tls`?"), "{text}");
}

#[test]
fn a_text_that_is_no_yaml_is_said_with_its_line() {
    for (text, line) in [
        ("temporal:\n  url: a: b\n", 2),
        ("temporal:\n  url: a\n  url: b\n", 3),
        ("temporal:\n  tls: [true\n", 3),
        ("- temporal\n", 1),
        ("temporal: &a { url: x }\nother: *a\n", 2),
    ] {
        let printed = printed(text, &[]).join("\n");
        assert!(printed.contains(&format!("durable.yaml:{line}: ")), "{text}\n{printed}");
    }
    let printed = printed("temporal:\n  url: a\n  url: b\n", &[]);
    assert!(printed[0].ends_with("temporal.url: this key stands in line 2 already"), "{printed:?}");
}

#[test]
fn combinations_that_cannot_be_are_said_at_the_key_that_is_set() {
    for (text, line, key, word) in [
        ("tls: false\n  client_cert: /a\n  client_key: /b", 3, "client_cert", "TLS is off"),
        ("tls: false\n  url: https://cloud:7233", 3, "url", "`tls: false`"),
        ("tls: true\n  url: http://server:7233", 2, "tls", "`http://`"),
        ("client_cert: /a", 2, "client_cert", "set `client_key` too"),
        ("client_key: /a", 2, "client_key", "set `client_cert` too"),
        ("tls: true\n  tls_enabled: true", 3, "tls_enabled", "another name of `tls`"),
        ("api_key: a\n  headers:\n    authorization: b", 4, "headers.authorization", "`api_key`"),
        ("headers:\n    X-Tenant: b", 3, "headers.X-Tenant", "lower-case"),
        ("headers:\n    x-tenant: bü", 3, "headers.x-tenant", "printable ASCII"),
        ("api_key: |\n    key\n", 2, "api_key", "line break"),
        ("url: localhost", 2, "url", "no port"),
        ("url: 'http://'", 2, "url", "no address"),
        ("connect_timeout_s: 0", 2, "connect_timeout_s", "no time"),
        (
            "activities:\n    schedule_to_close_timeout_s: 60",
            3,
            "activities.schedule_to_close_timeout_s",
            "start_to_close_timeout (1200s) is longer",
        ),
        (
            "activities:\n    types:\n      charge: { retry: { initial_interval_seconds: 90 } }",
            4,
            "activities.types.charge.retry.initial_interval_seconds",
            "maximum_interval (60s) is shorter",
        ),
        (
            "workflows:\n    run_timeout_s: 100\n    execution_timeout_s: 50",
            4,
            "workflows.execution_timeout_s",
            "run_timeout (100s) is longer",
        ),
        (
            "worker:\n    max_concurrent_workflow_tasks: 1",
            3,
            "worker.max_concurrent_workflow_tasks",
            "at least 2",
        ),
        (
            "worker:\n    queues: { q: { workflow_pollers: 1 } }",
            3,
            "worker.queues.q.workflow_pollers",
            "at least 2",
        ),
        (
            "worker:\n    target_cpu_usage: 0.5",
            3,
            "worker.target_cpu_usage",
            "set `target_memory_usage` too",
        ),
        ("dev_server:\n    ui: false\n    ui_port: 8233", 4, "dev_server.ui_port", "no web UI"),
    ] {
        let printed = printed(&format!("temporal:\n  {text}\n"), &[]);
        let place = format!("durable.yaml:{line}: temporal.{key}: ");
        let said = printed.iter().any(|line| line.starts_with(&place) && line.contains(word));
        assert!(said, "{text}: {place}..{word}\n{printed:#?}");
    }
    // What is impossible only with a cache is possible without.
    load("temporal: { worker: { workflow_cache_size: 0, workflow_pollers: 1 } }", &[]).unwrap();
    load("temporal: { workflows: { execution_timeout_s: 50 } }", &[]).unwrap();
}

#[test]
fn variables_are_checked_like_the_file() {
    let printed = printed(
        "",
        &[
            ("DURABLE__URLL", "x"),
            ("DURABLE__WORKER__ENABLED", "yes"),
            ("DURABLE__WORKER", "x"),
            ("DURABLE__TASK_QUEUE", "x"),
            ("TEMPORAL_TLS", "perhaps"),
            ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/a"),
            ("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", "true"),
            ("DURABLE_TEMPORAL_CLI", "this is no key's"),
        ],
    );
    for expected in [
        "DURABLE__URLL: there is no such key; did you mean `url`?",
        "DURABLE__WORKER__ENABLED: temporal.worker.enabled: this must be `true` or `false`",
        "DURABLE__WORKER: this names a section and no key",
        "DURABLE__TASK_QUEUE: this key can have no effect",
        "TEMPORAL_TLS: this must be `true` or `false`",
        "TEMPORAL_TLS_CLIENT_CERT_PATH: temporal.client_cert: a certificate and its key go together",
        "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: the server's certificate is always verified",
    ] {
        assert!(printed.iter().any(|line| line.starts_with(expected)), "{expected}\n{printed:#?}");
    }
    assert_eq!(printed.len(), 7, "{printed:#?}");
}

#[test]
fn no_message_tells_a_secret() {
    let text = "
temporal:
  api_key: [hunter2]
  worker: { activities_per_second: '${SECRET}' }
  headers: { x-token: { hunter2: hunter2 } }
  client_key: '-----BEGIN PRIVATE KEY----- hunter2'
";
    let printed =
        printed(text, &[("SECRET", "hunter2"), ("DURABLE__API_KEY", "hunter2")]).join("\n");
    assert!(printed.contains("made of SECRET"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let error = Config::from_file("/no/such.yaml").unwrap_err().to_string();
    assert!(error.contains("/no/such.yaml cannot be read"), "{error}");
    let error = Config::loader().environment([("DURABLE_CONFIG", "/no/such.yaml")]).load();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("DURABLE_CONFIG: the file /no/such.yaml cannot be read"), "{error}");
}

#[test]
fn a_proxy_and_search_attributes_are_checked() {
    let wrong = [
        ("proxy: 'https://proxy:3128'", "temporal.proxy: only `http` proxies can be used"),
        (
            "proxy: 'me:s3cret@proxy:3128'",
            "temporal.proxy: no user and no password stand in the address",
        ),
        ("proxy: proxy", "temporal.proxy: this is no address"),
        ("proxy_user: me", "temporal.proxy_user: there is no proxy to send this to"),
        (
            "proxy: 'proxy:3128', proxy_user: me",
            "temporal.proxy_user: user and password go together",
        ),
        (
            "dev_server: { search_attributes: { Tier: Number } }",
            "temporal.dev_server.search_attributes.Tier: this must be `Text`, `Keyword`, `Int`",
        ),
    ];
    for (text, expected) in wrong {
        let printed = printed(&format!("temporal: {{ {text} }}"), &[]).join("\n");
        assert!(printed.contains(expected), "no `{expected}` in\n{printed}");
        assert!(!printed.contains("s3cret"), "{printed}");
    }
    let fine = "proxy: 'http://proxy:3128', dev_server: { search_attributes: { Tier: 'keyword' } }";
    let config = load(&format!("temporal: {{ {fine} }}"), &[]).expect("it is fine");
    let shown = format!("{config:?}");
    assert!(shown.contains("dev_server.search_attributes.Tier = Keyword"), "{shown}");
}
