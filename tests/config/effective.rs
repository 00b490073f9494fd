//! The effective values: all of them, with where they came from, and without secrets.

use crate::load;

const FILE: &str = "
temporal:
  url: ${HOST}:7233
  api_key: hunter2
  client_cert: /certs/client.pem
  client_key: '-----BEGIN PRIVATE KEY----- hunter2'
  headers: { x-token: hunter2 }
  worker:
    queues: { orders: { activities_per_second: 3 } }
";

#[test]
fn effective_values_show_sources_and_mask_secrets() {
    let variables = [("HOST", "cloud"), ("TEMPORAL_NAMESPACE", "shop")];
    let config = load(FILE, &variables).unwrap();
    let lines: Vec<_> = config.settings().iter().map(ToString::to_string).collect();
    for expected in [
        "enabled = true (built in)",
        "url = cloud:7233 (durable.yaml:3 with HOST)",
        "namespace = shop (TEMPORAL_NAMESPACE)",
        "identity is not set: process id and host name",
        "api_key = *** (durable.yaml:4)",
        "client_cert = /certs/client.pem (durable.yaml:5)",
        "client_key = *** (durable.yaml:6)",
        "headers.x-token = *** (durable.yaml:7)",
        "worker.activities_per_second = 0 (built in)",
        "activities.retry.maximum_attempts = 5 (built in)",
        "worker.queues.orders.activities_per_second = 3 (durable.yaml:9)",
        "workflows.run_timeout_s is not set: no limit",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}\n{lines:#?}");
    }
    let debug = format!("{config:#?}");
    assert!(debug.contains("cloud:7233") && !debug.contains("hunter2"), "{debug}");
}
