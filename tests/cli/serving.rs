//! `serve` and `dev`: programs that run until they are told to stop.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use durable_tests::{Shared, unique};
use serde_json::Value;

use crate::{ended, program, program_at, run, run_alone};

/// A program that runs, killed when a test ends without having stopped it.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().expect("the program that was built runs"))
    }

    /// The JSON that it prints first.
    fn json(&mut self) -> Value {
        let mut printed = String::new();
        let mut stdout = BufReader::new(self.0.stdout.as_mut().expect("it is piped"));
        while !printed.ends_with("}\n") {
            assert_ne!(stdout.read_line(&mut printed).expect("it is text"), 0, "{printed}");
        }
        serde_json::from_str(&printed).expect("it is JSON")
    }

    /// Returns the log up to these words, and waits for them.
    fn logged(&mut self, what: &str) -> String {
        let mut log = Vec::new();
        let stderr = self.0.stderr.as_mut().expect("it is piped");
        while !String::from_utf8_lossy(&log).contains(what) {
            let mut byte = [0];
            let read = stderr.read(&mut byte).expect("it can be read");
            assert_ne!(read, 0, "it ended before it said {what}");
            log.push(byte[0]);
        }
        String::from_utf8(log).expect("it is text")
    }

    /// Sends a signal, and tells how the process ended and what it had logged.
    pub(crate) fn stop(mut self, signal: &str) -> (ExitStatus, String) {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.expect("kill runs").success());
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = self.0.try_wait().expect("it is our child") {
                break status;
            }
            assert!(Instant::now() < deadline, "{signal} did not stop it within 20 s");
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut log = String::new();
        let stderr = self.0.stderr.as_mut().expect("it is piped");
        stderr.read_to_string(&mut log).expect("it is text");
        (status, log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_queue_is_served_until_sigterm() {
    let mut command = program(&[
        "serve",
        "--queue",
        "cli-served",
        "--drain-timeout",
        "300",
        "--log-level",
        "INFO",
    ]);
    let served = Running::start(command.env("TEMPORAL_ADDRESS", Shared::get().address()));
    let text = format!("\"{}\"", unique("served"));
    let echoed = run(&["execute", "EchoWorkflow", &text, "--timeout", "20s"]).text();
    assert_eq!(echoed, format!("{text}\n"));
    let (status, log) = served.stop("TERM");
    assert!(status.success(), "{log}");
    assert!(log.contains("cli-served") && log.contains("EchoWorkflow"), "{log}");
    assert!(!log.contains("cli-parcels"), "{log}");
    assert!(log.contains("drain timeout 300s"), "{log}");
}

#[test]
fn serve_names_the_search_attributes_that_the_server_lacks() {
    let namespace = crate::bare_namespace();
    let mut command = program(&["serve", "--queue", "cli-served", "--namespace", &namespace]);
    let mut served = Running::start(command.env("TEMPORAL_ADDRESS", Shared::get().address()));
    let command = format!("create --namespace {namespace} --name ParcelStreet --type Keyword");
    let log = served.logged(&command);
    assert!(log.contains("ERROR") && log.contains("`ParcelStreet`"), "{log}");
    let (status, log) = served.stop("TERM");
    assert!(status.success(), "{log}");
}

#[test]
fn what_cannot_be_served_is_refused_before_a_server_is_asked() {
    let refused = run_alone(&["serve", "--queue", "cli-nroth"]).refused(2);
    assert!(refused.contains("this program has no queue `cli-nroth`"), "{refused}");
    assert!(refused.contains("did you mean `cli-north`?"), "{refused}");
    let refused = run_alone(&["serve", "--log-level", "loud"]).refused(2);
    assert!(refused.contains("possible values: off, error, warn, info, debug, trace"), "{refused}");
    let mut command = program(&["serve"]);
    let refused = ended(command.env("DURABLE__ENABLED", "false")).refused(2);
    assert!(refused.contains("Temporal is disabled by the configuration"), "{refused}");
    // No server is there, and it isn't waited for.
    let mut command = program(&["serve"]);
    command.env("TEMPORAL_ADDRESS", "127.0.0.1:1");
    command.env("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere/ca.pem");
    let refused = ended(command.env("CLI_PROGRAM_WITHOUT_STATE", "1")).refused(2);
    assert!(refused.contains("activity `weigh`") && refused.contains("Scale"), "{refused}");
    assert!(refused.contains("/nowhere/ca.pem"), "{refused}");
    let refused = run_alone(&["serve", "--drain-timeout", "-5"]).refused(2);
    assert!(refused.contains("invalid value '-5' for '--drain-timeout <DURATION>'"), "{refused}");
    let mut command = program(&["serve", "--log-level", "off"]);
    command.env("TEMPORAL_ADDRESS", "127.0.0.1:1");
    let refused = ended(command.env("DURABLE__CONNECT_LIMIT_S", "0.5")).refused(1);
    assert!(refused.contains("no Temporal server answers at 127.0.0.1:1"), "{refused}");
}

#[test]
fn dev_is_a_server_its_web_ui_and_the_workers() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("shop.db").display().to_string();
    let arguments = [
        "dev",
        "--free-ports",
        "--output",
        "json",
        "--database",
        &database,
        "--namespace",
        "shop",
        "--search-attribute",
        "ParcelWeight=Int",
    ];
    let start = || {
        let mut running = Running::start(&mut program(&arguments));
        let printed = running.json();
        assert!(printed["web_ui"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:")));
        (running, printed["address"].as_str().expect("a text").to_owned())
    };
    let (running, address) = start();
    let there = |arguments: &[&str], address: &str| {
        ended(program(arguments).args(["--address", address, "--namespace", "shop"]))
    };
    let id = unique("dev");
    let executed = there(&["execute", "EchoWorkflow", "\"hello\"", "--id", &id], &address);
    assert_eq!(executed.text(), "\"hello\"\n");
    // Those that the program declares are there, and those that were asked for.
    there(&["check", "--server"], &address).text();
    there(&["list", "--query", "ParcelWeight > 5"], &address).text();
    let (status, log) = running.stop("INT");
    assert!(status.success(), "{log}");
    assert_eq!(there(&["health"], &address).code, Some(1), "the server ends with the program");

    // What is in the file is there again.
    let (running, address) = start();
    assert_eq!(there(&["result", &id], &address).text(), "\"hello\"\n");
    // The workers are up, too.
    there(&["execute", "EchoWorkflow", "\"again\""], &address).text();
    let (status, log) = running.stop("TERM");
    assert!(status.success(), "{log}");
}

#[test]
fn dev_refuses_search_attributes_that_cannot_be() {
    for (bad, expected) in [
        ("Weight", "not a name and a type"),
        ("=Int", "not a name and a type"),
        ("Weight=Number", "not a type of search attribute; expected `Text`, `Keyword`, `Int`"),
    ] {
        let refused = run_alone(&["dev", "--search-attribute", bad]).refused(2);
        assert!(refused.contains(expected), "{refused}");
    }
    let refused = run_alone(&["dev", "--free-ports", "--search-attribute", "ParcelStreet=Int"]);
    let refused = refused.refused(1);
    assert!(refused.contains("`ParcelStreet` is set as Int, and declared as Keyword"), "{refused}");
}

#[test]
fn dev_starts_the_workers_again_when_the_program_is_built() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("program");
    let build = |path: &std::path::Path| {
        std::fs::copy(env!("CARGO_BIN_EXE_cli-program"), path).expect("it can be copied");
    };
    build(&path);
    let arguments = ["dev", "--free-ports", "--output", "json"];
    let mut running = Running::start(program_at(&path, &arguments).current_dir(folder.path()));
    let printed = running.json();
    let address = printed["address"].as_str().expect("a text");
    let who =
        || ended(program(&["execute", "ProcessWorkflow", "--address", address]).env_clear()).text();
    let first = who();
    assert_eq!(who(), first, "nothing was built");

    // As Cargo does it: the new program takes the place of the old one. This one cannot start.
    let (new, tried) = (folder.path().join("new"), folder.path().join("tried"));
    std::fs::write(&new, "#!/bin/sh\ntouch tried\nexit 3\n").expect("the folder is ours");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&new, executable).expect("the file is ours");
    std::fs::rename(&new, &path).expect("the folder is ours");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !tried.exists() {
        assert!(Instant::now() < deadline, "the new program was not run");
        std::thread::sleep(Duration::from_millis(20));
    }

    build(&new);
    std::fs::rename(&new, &path).expect("the folder is ours");
    assert_ne!(who(), first, "the old workers have ended");
    let (status, log) = running.stop("INT");
    assert!(status.success(), "{log}");
    assert!(log.contains("the program was rebuilt; restarting its workers"), "{log}");
    assert!(log.contains("the workers ended with exit status: 3"), "{log}");
}
