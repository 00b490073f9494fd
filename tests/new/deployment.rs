//! The Dockerfile, the manifest and the configuration of a project agree with each other and with the program.

use std::fs;

use serde_json::Value;

use crate::{created, root, yaml};

/// The files of a created project.
struct Project {
    package: String,
    configuration: Value,
    dockerfile: String,
    manifest: Value,
}

impl Project {
    fn new(name: &str) -> Self {
        let (_folder, project) = created(name, &[]);
        let read = |path| fs::read_to_string(project.join(path)).expect("it was created");
        Self {
            package: read("Cargo.toml"),
            configuration: yaml::read(&read("durable.yaml")),
            dockerfile: read("Dockerfile"),
            manifest: yaml::read(&read("deploy/worker.yaml")),
        }
    }

    fn version(&self) -> &str {
        let line = self.package.lines().find_map(|line| line.strip_prefix("version = \""));
        line.expect("the package has one").trim_end_matches('"')
    }

    /// The arguments of an instruction of the Dockerfile, the last one.
    fn instruction(&self, name: &str) -> &str {
        let mut lines = self.dockerfile.lines().rev();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("it is there")
    }

    fn pod(&self) -> &Value {
        &self.manifest["spec"]["template"]["spec"]
    }

    fn container(&self) -> &Value {
        &self.pod()["containers"][0]
    }

    fn variable(&self, name: &str) -> &str {
        let variables = self.container()["env"].as_array().expect("a list").iter();
        let mut values = variables.filter(|variable| variable["name"] == name);
        values.next().and_then(|variable| variable["value"].as_str()).expect("it is set")
    }
}

#[test]
fn grace_period_is_longer_than_drain_and_stop() {
    let project = Project::new("orders");
    let worker = &project.configuration["temporal"]["worker"];
    let drain = worker["drain_timeout_s"].as_u64().expect("it is set");
    let stop = worker["stop_timeout_s"].as_u64().expect("it is set");
    assert_eq!(project.variable("DURABLE__WORKER__DRAIN_TIMEOUT_S"), drain.to_string());
    let grace = project.pod()["terminationGracePeriodSeconds"].as_u64().expect("it is set");
    assert!(grace > drain + stop, "{grace} > {drain} + {stop}");
}

#[test]
fn probes_ask_the_health_listener() {
    let project = Project::new("orders");
    let port = &project.container()["ports"][0];
    let listener = project.variable("DURABLE__WORKER__HEALTH_ADDRESS");
    let (host, number) = listener.rsplit_once(':').expect("host and port");
    assert_eq!(host, "0.0.0.0", "probes come from outside of the container");
    assert_eq!(port["containerPort"].to_string(), number);
    assert_eq!(project.instruction("EXPOSE"), number);
    // The paths of the listener.
    let listener = fs::read_to_string(root().join("durable/src/worker/listen.rs")).expect("text");
    for (probe, path) in [("livenessProbe", "/live"), ("readinessProbe", "/ready")] {
        let request = &project.container()[probe]["httpGet"];
        assert_eq!(request["path"], path);
        assert_eq!(request["port"], port["name"]);
        assert!(listener.contains(&format!("\"{path}\"")), "the listener answers {path}");
    }
}

#[test]
fn variables_are_keys_of_the_configuration() {
    let project = Project::new("orders");
    let keys = fs::read_to_string(root().join("docs/configuration.md")).expect("text");
    let variables = project.container()["env"].as_array().expect("a list").iter();
    let names = variables.filter_map(|variable| variable["name"].as_str());
    let of_durable: Vec<_> = names.filter_map(|name| name.strip_prefix("DURABLE__")).collect();
    assert_eq!(of_durable.len(), 3);
    for name in of_durable {
        let key = name.replace("__", ".").to_lowercase();
        assert!(keys.contains(&format!("| `{key}` |")), "{key} is no key");
    }
}

#[test]
fn image_and_manifest_have_the_version_and_the_name_of_the_package() {
    for (name, object) in [("orders", "orders"), ("my_orders", "my-orders")] {
        let project = Project::new(name);
        let version = project.version();
        let image = format!("{name}:{version}");
        assert_eq!(project.container()["image"], *image);
        assert!(
            project.dockerfile.lines().next().expect("a line").contains(&format!("-t {image} "))
        );
        assert_eq!(project.variable("DURABLE__WORKER__WORKER_BUILD_ID"), version);
        let labels = &project.manifest["spec"]["template"]["metadata"]["labels"];
        assert_eq!(labels["app.kubernetes.io/version"], *version);
        assert_eq!(project.manifest["metadata"]["name"], object);
        assert_eq!(project.manifest["metadata"]["labels"], *labels);
        let selector = &project.manifest["spec"]["selector"]["matchLabels"];
        assert_eq!(selector["app.kubernetes.io/name"], labels["app.kubernetes.io/name"]);
        assert_eq!(selector.as_object().expect("labels").len(), 1, "the version isn't selected by");
    }
}

#[test]
fn image_runs_the_program_itself_without_root() {
    let project = Project::new("orders");
    let stages = project.dockerfile.lines().filter(|line| line.starts_with("FROM ")).count();
    assert_eq!(stages, 2, "the image has no compiler");
    let list =
        |text: &str| serde_json::from_str::<Vec<String>>(text).expect("the form without a shell");
    let program = list(project.instruction("ENTRYPOINT"));
    assert_eq!(program, ["/usr/local/bin/orders"]);
    assert!(project.dockerfile.contains(&format!("COPY --from=build {0} {0}\n", program[0])));
    let user = project.instruction("USER").split(':').next().expect("a user").to_owned();
    assert_eq!(project.pod()["securityContext"]["runAsUser"].to_string(), user);
    assert_ne!(user, "0");
    // The program's command and options are those of the reference, which a test compares with the program.
    let command = list(project.instruction("CMD"));
    assert_eq!(command, ["serve", "--log-format", "json"]);
}

#[test]
fn image_has_no_development_server() {
    let project = Project::new("orders");
    assert!(project.dockerfile.contains("cargo build --release --locked --no-default-features"));
    assert!(project.package.contains("default = [\"dev\"]\n"), "{}", project.package);
    assert!(project.package.contains("dev = [\"durable/testing\"]\n"), "{}", project.package);
}
