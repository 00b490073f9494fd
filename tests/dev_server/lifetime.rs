//! However the parent goes, the server goes, and nothing of it stays.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::Duration;

use durable::dev_server::DevServer;
use durable_tests::process::{assert_group_ends, is_alive, signal};

use crate::helper_process::Helper;

#[test]
fn a_parent_killed_by_sigkill_leaves_no_server() {
    let mut helper = Helper::start(&["sleep"]);
    assert!(is_alive(helper.server));
    TcpStream::connect(&helper.address).expect("the server is up");
    helper.child.kill().expect("it runs");
    helper.child.wait().expect("it is ours");
    assert_group_ends(helper.server);
}

#[test]
fn the_same_with_a_database_file() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let database = dir.path().join("state.db");
    let mut helper = Helper::start(&["sleep", database.to_str().expect("it is UTF-8")]);
    helper.child.kill().expect("it runs");
    helper.child.wait().expect("it is ours");
    assert_group_ends(helper.server);
}

#[test]
fn another_child_of_the_killed_parent_does_not_hold_the_server() {
    let mut helper = Helper::start(&["sleep-with-child"]);
    helper.child.kill().expect("it runs");
    helper.child.wait().expect("it is ours");
    assert_group_ends(helper.server);
    assert!(is_alive(helper.bystander), "the other child still runs, so it could have held it");
}

#[test]
fn a_parent_that_panics_exits_or_aborts_leaves_no_server() {
    for how in ["panic", "exit", "abort"] {
        let mut helper = Helper::start(&[how]);
        helper.child.wait().expect("it is ours");
        assert_group_ends(helper.server);
    }
}

#[test]
fn a_drop_or_a_caught_panic_ends_the_server_while_the_parent_goes_on() {
    for how in ["drop", "panic-in-thread"] {
        let mut helper = Helper::start(&[how]);
        assert_group_ends(helper.server);
        assert!(helper.child.try_wait().expect("it is ours").is_none(), "the parent goes on");
    }
}

#[test]
fn a_ctrl_c_reaches_the_parent_and_not_the_server() {
    let mut helper = Helper::start(&["drain"]);
    signal("INT", -i64::from(helper.child.id()));
    let mut rest = String::new();
    helper.stdout.read_to_string(&mut rest).expect("the helper prints text");
    assert_eq!(rest, "the server is still up\n");
    assert!(helper.child.wait().expect("it is ours").success());
    assert_group_ends(helper.server);
}

#[tokio::test]
async fn a_server_that_ends_by_itself_is_noticed_and_reaped() {
    let server = DevServer::start().await.expect("it starts");
    let id = server.process_id();
    signal("KILL", id.into());
    let status = tokio::time::timeout(Duration::from_secs(10), server.ended()).await;
    let status = status.expect("in time").expect("the system tells how");
    assert!(!status.success());
    assert!(!is_alive(id));
    server.shutdown().await.expect("there is nothing left to end");
    assert_group_ends(id);
}

#[test]
fn a_server_outlives_the_runtime_that_it_was_started_on() {
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime");
    let first = runtime();
    let server = first.block_on(DevServer::start()).expect("it starts");
    first.shutdown_timeout(Duration::from_secs(5));
    std::thread::sleep(Duration::from_millis(500));
    let id = server.process_id();
    TcpStream::connect(server.address()).expect("the server is up");
    runtime().block_on(server.shutdown()).expect("it ends");
    assert_group_ends(id);
}
