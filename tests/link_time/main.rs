//! Workflows in a library crate, served by another crate's binary, built for debugging and with
//! optimization; and the two mistakes that go with link-time registration.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use durable_test_flows::{GreetWorkflow, Greeting};
use durable_tests::{Shared, client, unique};

const BINARIES: [&str; 4] = ["serve_flows", "list_registry", "serve_nothing", "duplicates"];

/// The crates that are optimized. Their registry must survive it; optimizing `durable` and the SDK takes minutes.
const OPTIMIZED: [&str; 2] = ["durable-test-flows", "durable-test-linking"];

/// The settings of the profile `release` that a package can have, with less optimization.
const RELEASE: [&str; 4] =
    ["opt-level=1", "codegen-units=16", "debug=false", "debug-assertions=false"];

#[derive(Clone, Copy)]
enum Build {
    Debug,
    Optimized,
}

impl Build {
    fn settings(self) -> Vec<String> {
        let packages: &[_] = match self {
            Self::Debug => &[],
            Self::Optimized => &OPTIMIZED,
        };
        let settings_of =
            |package| RELEASE.map(|setting| format!("profile.dev.package.{package}.{setting}"));
        packages.iter().flat_map(settings_of).collect()
    }

    /// Builds the binaries of the linking package, and returns the folder of copies: the next build replaces
    /// the originals.
    fn binaries(self) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(match self {
            Self::Debug => "link-time-debug",
            Self::Optimized => "link-time-optimized",
        });
        std::fs::create_dir_all(&folder).expect("the target directory can be written");
        // Tests build in several processes under cargo-nextest.
        let lock = File::create(folder.with_file_name("link-time.lock")).expect("as above");
        lock.lock().expect("the file system has locks");
        let settings = self.settings();
        let settings: Vec<_> = settings.iter().map(String::as_str).collect();
        let built = durable_tests::build(&BINARIES, &settings);
        for binary in BINARIES {
            // Replaced in one step: another test may be about to run it.
            let copy = folder.join(format!(".{binary}"));
            std::fs::copy(built.join(binary), &copy).expect("it was built");
            std::fs::rename(copy, folder.join(binary)).expect("the folder can be written");
        }
        folder
    }
}

fn run(binary: PathBuf) -> Output {
    Command::new(binary)
        .env("TEMPORAL_ADDRESS", Shared::get().address())
        .output()
        .expect("the binary that was built runs")
}

/// A worker process, killed when a test ends without having stopped it.
struct Worker(Child);

impl Worker {
    fn start(binary: PathBuf) -> Self {
        let mut command = Command::new(binary);
        command.env("TEMPORAL_ADDRESS", Shared::get().address()).stdin(Stdio::null());
        Self(command.spawn().expect("the binary that was built runs"))
    }

    /// Sends a signal and tells how the process ended, at the latest after 20 seconds.
    fn stop(mut self, signal: &str) -> ExitStatus {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.expect("kill runs").success());
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.0.try_wait().expect("it is our child") {
                return status;
            }
            assert!(Instant::now() < deadline, "{signal} did not stop the worker within 20 s");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Checks that a binary of another crate holds and serves the workflows of the library.
async fn library_flows_are_found_and_served(build: Build, signal: &str) {
    let binaries = tokio::task::spawn_blocking(move || build.binaries()).await.expect("it builds");

    let listed = run(binaries.join("list_registry"));
    let listed = String::from_utf8(listed.stdout).expect("text");
    let mut lines = listed.lines();
    let activity = lines.next().unwrap_or_default();
    assert!(
        activity.starts_with(
            "library-activities: activity compose_greeting(name: String) -> String at "
        ),
        "{listed}"
    );
    assert!(activity.contains("tests/flows/src/lib.rs:"), "{listed}");
    let workflow = lines.next().unwrap_or_default();
    assert!(
        workflow.starts_with("library-flows: workflow GreetWorkflow(Greeting) -> String at "),
        "{listed}"
    );
    assert_eq!(lines.next(), None, "{listed}");

    let worker = Worker::start(binaries.join("serve_flows"));
    let greeting = Greeting { name: unique("link-time") };
    let expected = format!("Hello, {}!", greeting.name);
    let greet = GreetWorkflow::start(&client().await, greeting).await.expect("it starts");
    assert_eq!(greet.result().await.expect("it is served"), expected);
    let status = tokio::task::spawn_blocking({
        let signal = signal.to_owned();
        move || worker.stop(&signal)
    });
    assert!(status.await.expect("it stops").success(), "a {signal} is a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_served_from_a_debug_binary_until_sigterm() {
    library_flows_are_found_and_served(Build::Debug, "TERM").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_served_from_an_optimized_binary_until_ctrl_c() {
    library_flows_are_found_and_served(Build::Optimized, "INT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_that_links_nothing_refuses_to_serve_and_says_why() {
    let output = tokio::task::spawn_blocking(|| run(Build::Debug.binaries().join("serve_nothing")));
    let output = output.await.expect("it runs");
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(text.contains("no annotated workflow or activity"), "{text}");
    assert!(text.contains("use my_workflows as _;"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_definitions_of_one_name_are_refused_with_both_places() {
    let output = tokio::task::spawn_blocking(|| run(Build::Debug.binaries().join("duplicates")));
    let text = String::from_utf8(output.await.expect("it runs").stdout).expect("text");
    let problems: Vec<_> = text.lines().filter(|line| line.starts_with("  - ")).collect();
    assert_eq!(problems.len(), 3, "{text}");
    for (kind, name) in [("activity", "charge"), ("workflow", "Twin")] {
        let start = format!("  - {kind} `{name}` is defined 2 times on queue `twice`, at ");
        let problem = problems.iter().find(|problem| problem.starts_with(&start));
        let problem = problem.unwrap_or_else(|| panic!("no problem of {name} in {text}"));
        assert_eq!(problem.matches("duplicates.rs:").count(), 2, "{problem}");
        assert!(problem.contains("a different `name = \"..\"`"), "{problem}");
    }
    assert!(text.contains("Temporal needs one of them"), "{text}");
}
