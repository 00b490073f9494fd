//! Mistakes: each with its place, its key and what to write; all of them at once.

use durable::config::{Config, ConfigMistake, ValueSource};

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
fn reports_all_mistakes_with_file_line_and_key() {
    let printed = printed(MANY, &[]);
    let expected = [
        "durable.yaml:3: temporal.urll: unknown key; did you mean `url`?",
        "durable.yaml:4: temporal.enabled: expected `true` or `false`, got `perhaps`",
        "durable.yaml:5: temporal.task_queue: unsupported key: every workflow",
        "durable.yaml:6: temporal.namespace: expected text, got a list",
        "durable.yaml:8: temporal.workflows.run_timeout: unknown key; did you mean \
         `run_timeout_s`?",
        "durable.yaml:9: temporal.workflows.execution_timeout_s: expected a number of seconds, \
         such as 90 or 0.5, got `10m`",
        "durable.yaml:12: temporal.activities.retry.maximum_attempts: expected a whole number, \
         such as 100, got the text `3`; remove the quotes",
        "durable.yaml:13: temporal.activities.retry.backoff_coefficient: expected a number of at \
         least 1, such as 2.0, got `0.5`",
        "durable.yaml:15: temporal.worker.poll_interval_ms: unsupported key: workers do \
         not poll at intervals",
        "durable.yaml:16: temporal.worker.max_concurrent_workflows: unsupported key: ",
        "durable.yaml:17: temporal.worker.max_workflow_tasks_per_second: unsupported key: ",
        "durable.yaml:18: temporal.worker.max_concurrent_activities: expected a whole number of at \
         least 1, such as 100, got `0`",
        "durable.yaml:20: temporal.worker.queues.orders: expected a section with keys, got a \
         value",
        "durable.yaml:21: temporal.max_concurrent_activities: unknown key in this section; did you mean \
         `temporal.worker.max_concurrent_activities`?",
        "durable.yaml:22: temporal.api_key: the environment variable NO_KEY is not set, or empty: get \
         one from the vault",
        "durable.yaml:23: loging: unknown section; all settings belong under `temporal:`",
    ];
    assert_eq!(printed.len(), expected.len(), "{printed:#?}");
    for (printed, expected) in printed.iter().zip(expected) {
        assert!(printed.starts_with(expected), "\n{printed}\nshould begin with\n{expected}");
    }
}

#[test]
fn error_lists_problems_with_their_parts() {
    let problems = problems("temporal:\n  urll: x\n  tsl: true\n", &[]);
    assert_eq!(problems[0].key, "temporal.urll");
    assert!(
        matches!(&problems[0].source, ValueSource::File { path, line: 2, .. } if path.ends_with("durable.yaml"))
    );
    let text = load("temporal:\n  urll: x\n  tsl: true\n", &[]).unwrap_err().to_string();
    assert!(text.contains("urll") && text.contains("did you mean `tls`?"), "{text}");
}

#[test]
fn mistakes_are_values_with_a_key() {
    let text = "
temporal:
  urll: x
  activities:
    schedule_to_close_timeout_s: 60
    start_to_close_timeout_s: 1200
  worker: { poll_interval_ms: 5, enabled: perhaps }
";
    let of = |key: &str| {
        let problems = problems(text, &[]);
        let found = problems.into_iter().find(|problem| problem.key == format!("temporal.{key}"));
        found.unwrap_or_else(|| panic!("there is no problem of {key}")).mistake
    };
    let nearest = |mistake| match mistake {
        ConfigMistake::UnknownKey { nearest, .. } => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest(of("urll")).as_deref(), Some("url"));
    assert!(matches!(of("worker.poll_interval_ms"), ConfigMistake::UnsupportedKey { .. }));
    assert!(matches!(of("worker.enabled"), ConfigMistake::WrongType { got: Some(_), .. }));
    let contradiction = of("activities.schedule_to_close_timeout_s");
    assert!(matches!(contradiction, ConfigMistake::InvalidOption(_)), "{contradiction:?}");
}

#[test]
fn reports_line_of_invalid_yaml() {
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
    assert!(
        printed[0].ends_with("temporal.url: duplicate key; it is also in line 2"),
        "{printed:?}"
    );
}

#[test]
fn reports_invalid_combinations_at_the_key_that_is_set() {
    for (text, line, key, word) in [
        (
            "tls: false\n  url: https://cloud:7233",
            3,
            "url",
            "`https://` means TLS, and `tls` is false (durable.yaml:2)",
        ),
        (
            "tls: true\n  url: HTTP://server:7233",
            3,
            "url",
            "`http://` means no TLS, and `tls` is true (durable.yaml:2)",
        ),
        ("url: grpcs://cloud:7233", 2, "url", "unknown scheme `grpcs://`"),
        ("api_key: a\n  api_key_file: b", 3, "api_key_file", "`api_key` is set too"),
        (
            "api_key_file: a\n  headers:\n    authorization: b",
            4,
            "headers.authorization",
            "API key",
        ),
        ("client_cert: /a", 2, "client_cert", "set `client_key` too"),
        ("client_key: /a", 2, "client_key", "set `client_cert` too"),
        ("tls: true\n  tls_enabled: true", 3, "tls_enabled", "another name of `tls`"),
        ("api_key: a\n  headers:\n    authorization: b", 4, "headers.authorization", "API key"),
        ("headers:\n    X-Tenant: b", 3, "headers.X-Tenant", "lower-case"),
        ("headers:\n    x-tenant: bü", 3, "headers.x-tenant", "printable ASCII"),
        ("api_key: |\n    key\n", 2, "api_key", "line break"),
        ("url: localhost", 2, "url", "the port is missing"),
        ("url: 'http://'", 2, "url", "invalid address"),
        ("connect_timeout_s: 0", 2, "connect_timeout_s", "more than 0 seconds"),
        (
            "activities:\n    schedule_to_close_timeout_s: 60\n    start_to_close_timeout_s: 1200",
            3,
            "activities.schedule_to_close_timeout_s",
            "start_to_close_timeout (1200s) is longer",
        ),
        (
            "activities:\n    retry: { initial_interval_seconds: 90, maximum_interval_seconds: 60 }",
            3,
            "activities.retry.initial_interval_seconds",
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
    ] {
        let printed = printed(&format!("temporal:\n  {text}\n"), &[]);
        let place = format!("durable.yaml:{line}: temporal.{key}: ");
        let said = printed.iter().any(|line| line.starts_with(&place) && line.contains(word));
        assert!(said, "{text}: {place}..{word}\n{printed:#?}");
    }
    // What is impossible only with a cache is possible without.
    load("temporal: { worker: { workflow_cache_size: 0, workflow_pollers: 1 } }", &[]).unwrap();
    load("temporal: { workflows: { execution_timeout_s: 50 } }", &[]).unwrap();
    // What is built in yields to what is configured, and what is for all to what is for one.
    load("temporal: { activities: { schedule_to_close_timeout_s: 60 } }", &[]).unwrap();
    load("temporal: { activities: { retry: { initial_interval_seconds: 90 } } }", &[]).unwrap();
    let one =
        "temporal: { workflows: { run_timeout_s: 9, types: { A: { execution_timeout_s: 5 } } } }";
    load(one, &[]).unwrap();
}

#[test]
fn checks_variables_like_the_file() {
    let printed = printed(
        "",
        &[
            ("DURABLE__URLL", "x"),
            ("DURABLE__WORKER__ENABLED", "yes"),
            ("DURABLE__WORKER", "x"),
            ("DURABLE__ACTIVITIES__TYPES__charge", "x"),
            ("DURABLE__TASK_QUEUE", "x"),
            ("DURABLE__TEMPORAL__ACTIVITIES__TYPES__charge__HEARTBEAT_TIMEOUT_S", "5"),
            ("DURABLE__TEMPORAL__URLL", "x"),
            ("TEMPORAL_TLS", "perhaps"),
            ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/a"),
            ("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", "true"),
            ("DURABLE_TEMPORAL_CLI", "this is no key's"),
        ],
    );
    for expected in [
        "DURABLE__URLL: unknown key; did you mean `url`?",
        "DURABLE__WORKER__ENABLED: temporal.worker.enabled: expected `true` or `false`",
        "DURABLE__WORKER: expected the name of a key, got a section",
        "DURABLE__ACTIVITIES__TYPES__charge: expected the name of a key, got a section",
        "DURABLE__TASK_QUEUE: unsupported key: ",
        "DURABLE__TEMPORAL__ACTIVITIES__TYPES__charge__HEARTBEAT_TIMEOUT_S: unknown key; leave out `TEMPORAL__`: the \
         variable is `DURABLE__ACTIVITIES__TYPES__charge__HEARTBEAT_TIMEOUT_S`",
        "DURABLE__TEMPORAL__URLL: unknown key; did you mean `url`?",
        "TEMPORAL_TLS: expected `true` or `false`",
        "TEMPORAL_TLS_CLIENT_CERT_PATH: temporal.client_cert: a certificate needs its key",
        "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: the server's certificate is always verified",
    ] {
        assert!(printed.iter().any(|line| line.starts_with(expected)), "{expected}\n{printed:#?}");
    }
    assert_eq!(printed.len(), 10, "{printed:#?}");
}

#[test]
fn messages_never_contain_secrets() {
    let text = "
temporal:
  api_key: [hunter2]
  worker: { activities_per_second: '${SECRET}' }
  headers: { x-token: { hunter2: hunter2 } }
  client_key: '-----BEGIN PRIVATE KEY----- hunter2'
";
    let printed =
        printed(text, &[("SECRET", "hunter2"), ("DURABLE__API_KEY", "hunter2")]).join("\n");
    assert!(printed.contains("another value from SECRET"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn reports_missing_file() {
    let error = Config::from_file("/no/such.yaml").unwrap_err().to_string();
    assert!(error.contains("cannot read /no/such.yaml"), "{error}");
    let error = Config::loader().environment([("DURABLE_CONFIG", "/no/such.yaml")]).load();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("DURABLE_CONFIG: cannot read /no/such.yaml"), "{error}");
}

#[test]
fn checks_codec_server() {
    for (text, expected) in [
        (
            "bearer_token: s3cret, bearer_token_file: /token",
            "bearer_token_file: `bearer_token` is set too; remove one of them",
        ),
        ("jwks_url: 'https://a/jwks'", "jwks_url: without an audience or an issuer, every token"),
        ("tls_cert: /a", "tls_cert: a certificate needs its key"),
        ("tls_key: /a", "tls_key: a certificate needs its key, and a key its certificate"),
        ("timeout_s: 0", "timeout_s: "),
        ("body_limit_bytes: 0", "body_limit_bytes: expected a whole number of at least 1"),
        ("allowed_origin: a", "allowed_origin: unknown key; did you mean `allowed_origins`?"),
    ] {
        let printed = printed(&format!("temporal: {{ codec_server: {{ {text} }} }}"), &[]);
        let expected = format!("temporal.codec_server.{expected}");
        assert!(printed.len() == 1 && printed[0].contains(&expected), "{expected}: {printed:?}");
        assert!(!printed[0].contains("s3cret"), "{printed:?}");
    }
}

#[test]
fn checks_proxy_and_search_attributes() {
    let wrong = [
        ("proxy: 'https://proxy:3128'", "temporal.proxy: only `http` proxies are supported"),
        (
            "proxy: 'me:s3cret@proxy:3128'",
            "temporal.proxy: unexpected user or password in the address",
        ),
        ("proxy: proxy", "temporal.proxy: invalid address"),
        ("proxy: 'proxy:3128', proxy_user: me", "temporal.proxy_user: a user needs a password"),
        (
            "dev_server: { search_attributes: { Tier: Number } }",
            "temporal.dev_server.search_attributes.Tier: expected `Text`, `Keyword`, `Int`",
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
