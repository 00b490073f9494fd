//! `durable::cli`, as somebody at a shell sees it: the built program, on one dev server for this binary.

mod checking;
mod completing;
mod encrypted;
mod flows;
mod logging;
mod looking;
mod metadata;
#[cfg(target_os = "linux")]
mod on_terminal;
mod operating;
mod own;
mod reference;
mod replaying;
mod schedules;
mod screen_flows;
mod screens;
mod serving;
mod starting;
mod talking;
mod terminal;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use durable::worker::{RunningWorkers, Workers};
use durable_tests::Shared;
use serde_json::Value;

/// The exit code and output of a command.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// Returns the output of a command that must have succeeded.
    fn text(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.stdout
    }

    /// Returns the output of a command that must have succeeded, as JSON.
    fn json(self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Returns the errors of a command that must have ended with this code and without output.
    fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        self.stderr
    }
}

/// The program with these arguments and an environment of its own, in a folder without a configuration.
fn program(arguments: &[&str]) -> Command {
    program_at(Path::new(env!("CARGO_BIN_EXE_cli-program")), arguments)
}

/// The same, of a copy of the program.
fn program_at(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments).current_dir(std::env::temp_dir()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["DURABLE_", "TEMPORAL_"].iter().any(|prefix| name.starts_with(prefix)) {
            // Where the `temporal` command is remains.
            if !["DURABLE_TEMPORAL_CLI", "DURABLE_CACHE_DIR"].contains(&name.as_str()) {
                command.env_remove(name);
            }
        }
    }
    command
}

fn ended(command: &mut Command) -> Ran {
    let output = command.output().expect("the program that was built runs");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program on the server of this binary, on which all queues but `cli-served` are served.
fn run(arguments: &[&str]) -> Ran {
    serve();
    ended(program(arguments).env("TEMPORAL_ADDRESS", Shared::get().address()))
}

/// Runs the program with a text on its standard input.
fn run_with_input(arguments: &[&str], input: &str) -> Ran {
    serve();
    let mut command = program(arguments);
    command.env("TEMPORAL_ADDRESS", Shared::get().address());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program that was built runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("the program reads it");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program where no server is.
fn run_alone(arguments: &[&str]) -> Ran {
    ended(program(arguments).env("TEMPORAL_ADDRESS", "127.0.0.1:1"))
}

fn serve() {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    WORKERS.get_or_init(|| {
        Shared::get().runtime().block_on(async {
            let client = durable_tests::client().await;
            let workers = Workers::new(&client).queues([
                "cli-parcels",
                "cli-north",
                "cli-south",
                "cli-screens",
            ]);
            workers.state(flows::Scale { offset: 0 }).start().await.expect("the workers start")
        })
    });
}

/// The JSON of a parcel.
fn parcel(id: &str, items: &[(&str, u32)]) -> String {
    let items =
        items.iter().map(|(name, grams)| serde_json::json!({ "name": name, "grams": grams }));
    serde_json::json!({ "id": id, "items": items.collect::<Vec<_>>() }).to_string()
}

/// A namespace that has no search attributes but the server's own.
fn bare_namespace() -> String {
    let namespace = durable_tests::unique("bare");
    let registered = Command::new(Shared::get().cli())
        .args(["operator", "namespace", "create", "--namespace", &namespace])
        .args(["--address", Shared::get().address()])
        .output();
    let registered = registered.expect("the command runs");
    assert!(registered.status.success(), "{registered:?}");
    let check = || run(&["list", "--namespace", &namespace]).code == Some(0);
    assert!(durable_tests::process::comes_true(check), "no namespace {namespace}");
    namespace
}
