//! Test binaries as processes: this one, started again with some of its tests. What they leave
//! behind, and what they say.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use durable::dev_server::DevServer;
use durable::testing::TestEnv;
use durable_tests::process::{assert_group_ends, is_alive};

use crate::flows::{Order, Waiting, charge};

/// Lets [`a_body_that_panics_fails_its_test`] fail, by not panicking.
const CALM: &str = "DURABLE_TESTS_CALM";

#[durable::test]
#[should_panic(expected = "the body panics")]
async fn a_body_that_panics_fails_its_test(env: TestEnv) -> durable::Result<()> {
    env.mock::<charge>().with(|order, _| async move {
        tracing::info!(order, "charging in a mock");
        Ok(order)
    });
    Waiting::start(env.client()).id("left-behind").await?;
    Order::execute(env.client(), "7".to_owned()).await?;
    assert!(std::env::var_os(CALM).is_some(), "the body panics");
    Ok(())
}

#[durable::test]
#[should_panic(expected = "failed: the body says no")]
async fn a_body_that_returns_an_error_fails_its_test(_env: TestEnv) -> Result<(), NoEntry> {
    Err(NoEntry)
}

struct NoEntry;

impl std::fmt::Debug for NoEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body says no")
    }
}

/// This binary, with some of its tests, in a group of its own.
fn this(tests: &[&str]) -> Command {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new(std::env::current_exe().expect("a test has a path"));
    command
        .args(tests)
        .env("RUST_BACKTRACE", "0")
        .env("RUST_LOG", "info")
        .env_remove("DURABLE_TEST_ADDRESS")
        // Under nextest too, each of these processes has a server of its own.
        .env_remove("NEXTEST")
        .stdin(Stdio::null())
        .process_group(0);
    command
}

fn printed(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr))
}

/// The dev server's process, from what is logged when it is up.
fn server(line: &str) -> Option<u32> {
    let rest = line.split_once("the Temporal dev server is up")?.1.split_once("process=")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Runs one test to its end, and tells what it printed; no server is left.
fn run(name: &str) -> String {
    let output = this(&["--exact", name, "--nocapture"]).output().expect("this binary runs");
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    let server = text.lines().find_map(server).expect("it started a server");
    assert_group_ends(server);
    text
}

#[test]
fn no_server_is_left_when_the_tests_have_passed() {
    run("time::a_start_delay_is_skipped");
}

#[test]
fn no_server_is_left_when_a_test_panics() {
    let text = run("processes::a_body_that_panics_fails_its_test");
    assert!(text.contains("the body panics"), "{text}");
}

#[test]
fn no_server_is_left_when_the_tests_are_killed() {
    let mut command = this(&["--exact", "crash::eight_steps_survive_crashes", "--nocapture"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    let server = loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).expect("it prints text"), 0, "it ended too soon");
        if let Some(server) = server(&line) {
            break server;
        }
    };
    // In the middle of the test, with workers at work.
    std::thread::sleep(Duration::from_millis(800));
    assert!(is_alive(server));
    child.kill().expect("it runs");
    child.wait().expect("it is ours");
    assert_group_ends(server);
    drop(lines.read_to_end(&mut Vec::new()));
}

#[test]
fn two_test_binaries_may_run_at_once() {
    let start = || {
        let mut command = this(&["time::a_", "mocks::a_"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
    };
    for child in [start(), start()] {
        let output = child.wait_with_output().expect("it is ours");
        assert!(output.status.success(), "{}", printed(&output));
    }
}

/// A shell takes the part of nextest: the parent of two test processes.
#[test]
fn processes_of_a_nextest_run_share_a_server_that_ends_with_it() {
    let run = format!("tests-{}", std::process::id());
    let script = "\"$0\" --exact time::a_start_delay_is_skipped --nocapture; \
                  \"$0\" --exact environment::state_can_be_given_in_the_body --nocapture; true";
    let output = Command::new("/bin/sh")
        .args(["-c", script])
        .arg(std::env::current_exe().expect("a test has a path"))
        .env("NEXTEST", "1")
        .env("NEXTEST_RUN_ID", &run)
        .env("RUST_LOG", "info")
        .env_remove("DURABLE_TEST_ADDRESS")
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let text = printed(&output);
    assert_eq!(text.matches("1 passed").count(), 2, "{text}");
    let servers: Vec<_> = text.lines().filter_map(server).collect();
    let [server] = servers.as_slice() else { panic!("{servers:?} were started: {text}") };
    assert_group_ends(*server);
    assert!(!std::env::temp_dir().join(format!("durable-nextest-{run}")).exists());
}

#[test]
fn what_is_logged_and_left_running_is_in_the_output_of_the_failing_test() {
    let tests = ["processes::a_body_that_panics", "mocks::elsewhere"];
    let output = this(&tests).env(CALM, "1").output().expect("it runs");
    assert!(!output.status.success());
    let text = printed(&output);
    let failed = "---- processes::a_body_that_panics_fails_its_test stdout ----";
    let (_, said) = text.split_once(failed).unwrap_or_else(|| panic!("{text}"));
    assert!(said.contains("charging in a mock"), "an activity's log: {said}");
    assert!(said.contains("were terminated: `left-behind`"), "{said}");
    assert!(!text.contains("---- mocks::elsewhere"), "what passed is silent: {text}");
}

#[test]
fn a_missing_server_binary_is_explained_once() {
    let mut command = this(&["time::"]);
    let began = Instant::now();
    let output = command.env("DURABLE_TEMPORAL_CLI", "/nowhere/temporal").output().expect("runs");
    let text = printed(&output);
    assert!(!output.status.success());
    assert_eq!(text.matches("/nowhere/temporal").count(), 1, "{text}");
    let others = text.matches("see the first test that failed").count();
    assert!(others > 10, "{others} others: {text}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_tests_can_be_sent_to_a_server_that_runs() -> durable::Result<()> {
    let server = DevServer::builder()
        .dynamic_config("frontend.WorkflowTimeSkippingEnabled", true)
        .start()
        .await?;
    let mut command = this(&["--exact", "time::a_start_delay_is_skipped", "--nocapture"]);
    command.env("DURABLE_TEST_ADDRESS", server.address());
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("nothing panics").expect("it runs");
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains("the Temporal dev server is up"), "it started none: {text}");
    server.shutdown().await?;
    Ok(())
}

/// Lets [`counts_the_threads_of_workers`] count, in a process without other tests.
const COUNTING: &str = "DURABLE_TESTS_COUNTING";

#[tokio::test(flavor = "multi_thread")]
async fn counts_the_threads_of_workers() -> durable::Result<()> {
    if std::env::var_os(COUNTING).is_none() {
        return Ok(());
    }
    let mut counts = Vec::new();
    for _ in 0..6 {
        let env = TestEnv::start().await?;
        Order::start(env.client(), "7".to_owned()).id("left-behind").await?;
        // The SDK (1.1.1) would keep this thread of each worker.
        assert_eq!(threads("temporal-real-s"), 0);
        env.finish().await?;
        counts.push(threads(""));
    }
    println!("threads: {counts:?}");
    // The first environment starts what the process keeps, such as the connection's runtime. A thread that has
    // nothing more to do takes a moment to end.
    let most = counts[0] + 2;
    durable_tests::eventually(&format!("at most {most} threads, after {counts:?}"), || async {
        (threads("") <= most).then_some(())
    })
    .await;
    Ok(())
}

/// Returns the number of threads of this process whose name starts with a text.
fn threads(name: &str) -> usize {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
    let names = threads.flatten().map(|thread| std::fs::read_to_string(thread.path().join("comm")));
    names.flatten().filter(|found| found.starts_with(name)).count()
}

#[test]
fn no_thread_is_left_of_ended_workers() {
    let mut command = this(&["--exact", "processes::counts_the_threads_of_workers", "--nocapture"]);
    let output = command.env(COUNTING, "1").output().expect("this binary runs");
    assert!(output.status.success(), "{}", printed(&output));
}
