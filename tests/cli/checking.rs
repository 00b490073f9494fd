//! `check`, `config` and `schema`: what can be known without a server.

use std::fs;

use durable_tests::Shared;
use serde_json::{Value, json};

use crate::{ended, program, run_alone};

/// Runs the program with a configuration of this text.
fn configured(text: &str, arguments: &[&str]) -> crate::Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.yaml");
    fs::write(&file, text).expect("it is written");
    let file = file.display().to_string();
    run_alone(&[arguments, &["--config", &file]].concat())
}

#[test]
fn a_sound_program_is_sound() {
    let text = run_alone(&["check"]).text();
    assert!(text.contains("queues         6\nworkflows      13\nactivities     3\n"), "{text}");
    assert_eq!(
        run_alone(&["check", "--output", "json"]).json(),
        json!({ "ok": true, "problems": [] })
    );
}

#[test]
fn every_problem_is_said_at_once() {
    let mut command = program(&["check", "--queue", "cli-parcels", "--queue", "cli-parcles"]);
    let refused = ended(command.env("CLI_PROGRAM_WITHOUT_STATE", "1")).refused(2);
    assert!(refused.starts_with("error: this program cannot serve:\n  - "), "{refused}");
    assert_eq!(refused.matches("\n  - ").count(), 2, "{refused}");
    assert!(refused.contains("annotated with queue `cli-parcles`"), "{refused}");
    assert!(refused.contains("activity `weigh`") && refused.contains("Scale"), "{refused}");

    let refused = configured("temporal: { urll: x, enabled: maybe }", &["check"]).refused(2);
    assert!(refused.contains("shop.yaml:1: temporal.urll: unknown key"), "{refused}");
    assert!(refused.contains("temporal.enabled: expected `true` or `false`"), "{refused}");

    // Its annotation gives an attempt 10 s.
    let cannot = "temporal: { activities: { types: { weigh: { start_to_close_timeout_s: 4, \
         schedule_to_close_timeout_s: 5 } } } }";
    let found = configured(cannot, &["check", "--output", "json"]);
    assert_eq!(found.code, Some(2), "{found:?}");
    let found: Value = serde_json::from_str(&found.stdout).expect("it is JSON");
    assert_eq!(found["ok"], json!(false));
    let problem = found["problems"][0].as_str().expect("a text");
    assert!(problem.contains("activity `weigh` at tests/cli/flows.rs:"), "{problem}");

    let refused = configured("temporal: { worker: { enabled: false } }", &["check"]).refused(2);
    assert!(refused.contains("serving queues is disabled by the configuration"), "{refused}");
}

#[test]
fn address_of_the_command_line_must_agree_with_the_configuration_about_tls() {
    for (file, address, place) in [
        ("temporal: { tls: false }", "HTTPS://cloud:7233", "`tls: false` ("),
        ("temporal: { tls: true }", "http://cloud:7233", "`tls: true` ("),
    ] {
        let refused = configured(file, &["check", "--address", address]).refused(2);
        let address = address.to_lowercase();
        assert!(refused.contains(&format!("the address `{address}` means")), "{refused}");
        assert!(refused.contains(place) && refused.contains("shop.yaml:1"), "{refused}");
    }
    let refused = run_alone(&["check", "--address", "grpcs://cloud:7233"]).refused(2);
    assert!(refused.contains("unknown scheme `grpcs://`; write `https://` for TLS"), "{refused}");
}

#[test]
fn finds_names_in_the_configuration_that_the_program_does_not_have() {
    let text = "
temporal:
  activities:
    types:
      weigh: { start_to_close_timeout_s: 20 }
      wiegh: { start_to_close_timeout_s: 20 }
  workflows:
    types:
      InvoiceWorkflow: { run_timeout_s: 60 }
      ParcelWorkflw: { retry: { maximum_attempts: 2 } }
      Unrelated: { run_timeout_s: 60 }
  worker:
    queues: { cli-nroth: { enabled: false } }
";
    let refused = configured(text, &["check"]).refused(2);
    for said in [
        "shop.yaml:6: temporal.activities.types.wiegh: this program has no activity `wiegh`; did you \
         mean `weigh`?",
        "shop.yaml:10: temporal.workflows.types.ParcelWorkflw: this program has no workflow \
         `ParcelWorkflw`; did you mean `ParcelWorkflow`?",
        "shop.yaml:11: temporal.workflows.types.Unrelated: this program has no workflow `Unrelated`; \
         it has `AskElsewhereWorkflow`, ",
        "shop.yaml:13: temporal.worker.queues.cli-nroth: this program has no queue `cli-nroth`; did you \
         mean `cli-north`?",
    ] {
        assert!(refused.contains(said), "{said}\n{refused}");
    }
    assert_eq!(refused.matches("\n  - ").count(), 4, "{refused}");
    // Other programs may use the file too.
    configured(text, &["check", "--shared-config"]).text();
}

#[test]
fn marks_settings_that_another_one_switches_off() {
    let text = "
temporal:
  tls_enabled: ${SHOP_TLS:-false}
  client_cert: /run/secrets/client.pem
  client_key: ${SHOP_KEY:?where is the key}
";
    let shown = configured(text, &["config", "check", "--set"]).text();
    assert!(
        shown.contains("/run/secrets/client.pem")
            && shown.contains("shop.yaml:4, unused: `tls` is false\n"),
        "{shown}"
    );
    let shown = configured(text, &["config", "check", "--set", "--output", "json"]).json();
    let unused = |key: &str| {
        let settings = shown.as_array().expect("a list");
        settings.iter().find(|it| it["key"] == key).expect("it is shown")["unused"].clone()
    };
    assert_eq!(unused("client_cert"), json!("`tls` is false"));
    assert_eq!(unused("tls"), json!(null));
}

#[test]
fn connects_without_the_certificates_while_tls_is_off() {
    let address = Shared::get().address();
    let text = format!(
        "temporal: {{ url: {address}, tls: false, client_cert: /nowhere/c.pem, \
         client_key: /nowhere/k.pem, server_ca_cert: /nowhere/ca.pem }}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.yaml");
    fs::write(&file, text).expect("it is written");
    let file = file.display().to_string();
    assert!(ended(&mut program(&["health", "--config", &file])).text().contains(address));
    let mut on = program(&["health", "--config", &file]);
    on.env("DURABLE__URL", address).env("DURABLE__TLS", "true");
    assert!(ended(&mut on).refused(2).contains("/nowhere/"));
}

#[test]
fn the_effective_configuration_is_shown_with_its_sources_and_without_secrets() {
    let text = "temporal: { namespace: shop, api_key: s3cret }";
    let shown = configured(text, &["config", "check"]).text();
    assert!(shown.contains("shop.yaml:1"), "{shown}");
    assert!(shown.contains("127.0.0.1:1") && shown.contains("TEMPORAL_ADDRESS"), "{shown}");
    assert!(shown.contains("***") && !shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("activities.retry.maximum_attempts"), "{shown}");
    let set = configured(text, &["config", "check", "--set", "--output", "json"]).json();
    let keys: Vec<_> = set.as_array().expect("a list").iter().map(|it| &it["key"]).collect();
    assert_eq!(keys, ["url", "namespace", "api_key"]);

    let refused = configured("temporal: { urll: x }", &["config", "check"]).refused(2);
    assert!(refused.contains("did you mean `url`?"), "{refused}");
    let refused = run_alone(&["config", "check", "--config", "/nowhere/shop.yaml"]).refused(2);
    assert!(refused.contains("cannot read /nowhere/shop.yaml"), "{refused}");
    let schema = run_alone(&["config", "schema"]).json();
    assert_eq!(schema["properties"]["temporal"]["type"], json!(["object", "null"]));
}

#[test]
fn a_profile_is_named_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("temporal.toml");
    fs::write(&file, "[profile.north]\naddress = \"north.example:7233\"\n").expect("it is written");
    let mut command =
        program(&["config", "check", "--set", "--output", "json", "--profile", "north"]);
    let set = ended(command.env("TEMPORAL_CONFIG_FILE", &file)).json();
    assert_eq!(set[0]["value"], json!("north.example:7233"));
    let mut command = program(&["list", "--profile", "south"]);
    let refused = ended(command.env("TEMPORAL_CONFIG_FILE", &file)).refused(2);
    assert!(refused.contains("south"), "{refused}");
}

#[test]
fn the_schema_says_what_the_registry_knows() {
    let schema = run_alone(&["schema", "--output", "json"]).json();
    let queue = |list: &str, name: &str| {
        let queues = schema[list].as_array().expect("a list").clone();
        queues.into_iter().find(|queue| queue["name"] == name).expect("the queue is there")
    };
    let parcels = queue("queues", "cli-parcels");
    let workflow = &parcels["workflows"][0];
    assert_eq!(workflow["name"], json!("ParcelWorkflow"));
    assert_eq!(workflow["inputs"], json!([{ "name": "parcel", "type": "Parcel" }]));
    let number = &workflow["signals"][0]["inputs"][1];
    assert_eq!((&number["name"], &number["type"]), (&json!("number"), &json!("u32")));
    assert_eq!(number["schema"]["format"], json!("uint32"));
    assert_eq!(workflow["updates"][0]["output"]["type"], json!("usize"));
    assert_eq!(parcels["activities"][0]["name"], json!("weigh"));
    assert_eq!(
        queue("declared", "cli-elsewhere")["workflows"][0]["name"],
        json!("InvoiceWorkflow")
    );
}

#[test]
fn what_the_server_lacks_is_named_when_it_is_asked() {
    let checked = crate::run(&["check", "--server"]).text();
    assert!(checked.contains("no problems found"), "{checked}");

    let namespace = crate::bare_namespace();
    let refused = crate::run(&["check", "--server", "--namespace", &namespace]).refused(2);
    let command = format!("create --namespace {namespace} --name ParcelStreet --type Keyword`");
    assert!(refused.contains(&command), "{refused}");
    assert!(refused.contains("declared at tests/cli/flows.rs:"), "{refused}");
    let found = crate::run(&["check", "--server", "--namespace", &namespace, "--output", "json"]);
    let found: Value = serde_json::from_str(&found.stdout).expect("it is JSON");
    assert!(
        found["problems"][0].as_str().is_some_and(|it| it.contains("`ParcelStreet`")),
        "{found}"
    );

    let refused = run_alone(&["check", "--server"]).refused(1);
    assert!(refused.contains("no Temporal server answers"), "{refused}");
}
