//! The document in the hands of other programs: a validator, and a tester that makes up requests from it.

use std::path::Path;
use std::time::Duration;

use durable::web::gateway::{Operation, gateway};
use durable_tests::{python, skip, unique};
use tokio::process::Command;

use crate::http::Asked;
use crate::operations::basket;
use crate::{guarded, open, serve};

/// The programs, in releases that are known to work.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];

/// Returns the Python that has the programs.
async fn programs(test: &str) -> Option<std::path::PathBuf> {
    let found = python("gateway", &PACKAGES, "schemathesis, openapi_spec_validator").await;
    found.inspect_err(|reason| skip(test, reason)).ok()
}

async fn run(command: &mut Command) -> String {
    let output = command.kill_on_drop(true).output().await.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}");
    said
}

async fn document(folder: &Path, to: std::net::SocketAddr) -> std::path::PathBuf {
    let document = Asked::get("/openapi.json").bearer("all").send(to).await.is(200);
    let path = folder.join("openapi.json");
    std::fs::write(&path, document.to_string()).expect("it can be written");
    path
}

#[tokio::test]
async fn the_document_is_valid() {
    let Some(python) = programs("the_document_is_valid").await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for to in [open().await, guarded().await] {
        let path = document(folder.path(), to).await;
        let validate = "import json, sys; from openapi_spec_validator import validate; \
                        validate(json.load(open(sys.argv[1])))";
        run(Command::new(&python).args(["-c", validate]).arg(path)).await;
    }
}

/// Made-up requests, valid and invalid ones, get no answer that the document doesn't have, and no 5xx.
#[tokio::test]
async fn made_up_requests_get_documented_answers() {
    let Some(python) = programs("made_up_requests_get_documented_answers").await else { return };
    // The basket stays open, so that the requests reach it.
    let ends = [Operation::Cancel, Operation::Terminate];
    let stays = Operation::ALL.into_iter().filter(|operation| !ends.contains(operation));
    let gateway = gateway()
        .without_authorization()
        .allow_type("Basket", stays)
        .allow_type("Echo", Operation::ALL)
        .allow_type("Fails", Operation::ALL);
    let to = serve(gateway).await;
    let (id, schedule) = (basket(to).await, unique("schedule"));
    let path = format!("/schedules/Basket/{schedule}");
    let body = crate::operations::body(Operation::CreateSchedule);
    Asked::post(&path, &body).send(to).await.is(201);
    let folder = tempfile::tempdir().expect("a folder");
    // With ids that exist, so that the requests reach a workflow, and with made-up ones.
    let existing = format!("[parameters]\nworkflow_id = \"{id}\"\nschedule_id = \"{schedule}\"\n");
    for (name, config) in
        [("existing", existing + SHORT_WAITS), ("made-up", SHORT_WAITS.to_owned())]
    {
        let file = folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, config).expect("it can be written");
        let url = format!("http://{to}/gateway");
        let mut tester = Command::new(python.with_file_name("schemathesis"));
        tester
            .arg("--config-file")
            .arg(file)
            .args(["run", &format!("{url}/openapi.json"), "--url", &url])
            .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
            .args(["--max-examples", "3", "--max-time", "20", "--seed", "1", "--no-shrink"])
            .args(["--suppress-health-check", "all", "--warnings", "off", "--no-color"])
            .args(["--request-timeout", "20"])
            .args(["--generation-database", "none"])
            .current_dir(folder.path());
        let ended = tokio::time::timeout(Duration::from_secs(120), run(&mut tester)).await;
        let said = ended.expect("the tester ends");
        assert!(said.contains("No issues found"), "{said}");
    }
}

/// Waits for workflows that don't end. A query has the gateway's own limit, so that a busy machine is in time.
const SHORT_WAITS: &str = "
[[operations]]
include-path-regex = \"execute|result|update\"
parameters = { wait = \"50ms\" }
";

/// Every check that needs no knowledge beyond the document.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,\
                      allow_header_conformance";
