//! A server that runs: addresses, the web UI, the database file, options, and clear errors.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use durable::dev_server::{self, DevServer, DevServerError, LocateOptions, SearchAttribute};
use durable::sdk::temporalio_client::tonic::IntoRequest as _;
use durable::sdk::temporalio_client::{Connection, ConnectionOptions, Url};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::{
    WorkflowExecution, WorkflowType,
};
use durable::sdk::temporalio_common::protos::temporal::api::operatorservice::v1::ListSearchAttributesRequest;
use durable::sdk::temporalio_common::protos::temporal::api::taskqueue::v1::TaskQueue;
use durable::sdk::temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, DescribeWorkflowExecutionRequest, StartWorkflowExecutionRequest,
};

use durable_tests::process::{assert_group_ends, is_alive};

async fn connect(address: &str) -> Connection {
    let target = Url::parse(&format!("http://{address}")).expect("an address makes a URL");
    let options = ConnectionOptions::new(target).build();
    Connection::connect(options).await.expect("the server answers")
}

async fn start_workflow(connection: &Connection, id: &str) {
    let request = StartWorkflowExecutionRequest {
        namespace: "default".to_owned(),
        workflow_id: id.to_owned(),
        workflow_type: Some(WorkflowType { name: "Nobodys".to_owned() }),
        task_queue: Some(TaskQueue { name: "nobody".to_owned(), ..Default::default() }),
        request_id: id.to_owned(),
        ..Default::default()
    };
    let mut service = connection.workflow_service();
    let started = service.start_workflow_execution(request.into_request()).await;
    started.expect("a server that is ready starts workflows");
}

async fn has_workflow(connection: &Connection, id: &str) -> bool {
    let request = DescribeWorkflowExecutionRequest {
        namespace: "default".to_owned(),
        execution: Some(WorkflowExecution { workflow_id: id.to_owned(), ..Default::default() }),
    };
    let mut service = connection.workflow_service();
    service.describe_workflow_execution(request.into_request()).await.is_ok()
}

/// The error with its sources, as a program would print it.
fn report(error: &dyn Error) -> String {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

fn script(dir: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("it is writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

#[tokio::test]
async fn it_answers_and_shows_its_ui_and_shuts_down() {
    let server = DevServer::builder().ui(true).start().await.expect("it starts");
    start_workflow(&connect(server.address()).await, "first").await;

    let ui = server.ui_address().expect("it was asked for");
    let host = ui.strip_prefix("http://").expect("a URL");
    let mut stream = TcpStream::connect(host).expect("the UI listens");
    write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the UI answers");
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));

    let id = server.process_id();
    assert!(is_alive(id));
    server.shutdown().await.expect("it ends");
    assert!(!is_alive(id), "shutdown waits until the process is gone");
    assert_group_ends(id);
}

#[tokio::test]
async fn two_servers_run_side_by_side() {
    let (one, two) = tokio::join!(DevServer::start(), DevServer::start());
    let (one, two) = (one.expect("it starts"), two.expect("it starts"));
    assert_ne!(one.address(), two.address());
    assert_eq!(one.ui_address(), None);
    let (at_one, at_two) = (connect(one.address()).await, connect(two.address()).await);
    start_workflow(&at_one, "mine").await;
    assert!(has_workflow(&at_one, "mine").await);
    assert!(!has_workflow(&at_two, "mine").await, "they are two servers, not one");
    one.shutdown().await.expect("it ends");
    start_workflow(&at_two, "mine").await;
    two.shutdown().await.expect("it ends");
}

#[tokio::test]
async fn a_database_file_carries_the_state_over_a_restart() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let database = dir.path().join("state.db");
    let first = DevServer::builder().database(&database).start().await.expect("it starts");
    let address = first.address().to_owned();
    start_workflow(&connect(&address).await, "kept").await;
    let id = first.process_id();
    first.shutdown().await.expect("it ends");
    assert!(!is_alive(id));

    let port = address.rsplit_once(':').expect("host and port").1.parse().expect("a port");
    let again = || DevServer::builder().database(&database).port(port).start();
    let second = again().await.expect("it starts on the same port");
    assert_eq!(second.address(), address);
    let connection = connect(&address).await;
    assert!(has_workflow(&connection, "kept").await);
    start_workflow(&connection, "kept when killed").await;
    let id = second.process_id();
    drop(second);
    assert_group_ends(id);

    let third = again().await.expect("it starts after a kill");
    assert!(has_workflow(&connect(&address).await, "kept when killed").await);
    third.shutdown().await.expect("it ends");
}

#[tokio::test]
async fn namespaces_and_search_attributes_are_there_from_the_start() {
    let server = DevServer::builder()
        .namespace("orders")
        .namespace("payments")
        .search_attribute("Customer", SearchAttribute::Keyword)
        .dynamic_config("limit.maxIDLength", 50)
        .start()
        .await
        .expect("it starts");
    let connection = connect(server.address()).await;
    for namespace in ["default", "orders", "payments"] {
        let request =
            DescribeNamespaceRequest { namespace: namespace.to_owned(), ..Default::default() };
        let mut service = connection.workflow_service();
        let described = service.describe_namespace(request.into_request()).await;
        described.expect("the namespace is there");
    }
    let request = ListSearchAttributesRequest { namespace: "default".to_owned() };
    let mut service = connection.operator_service();
    let listed = service.list_search_attributes(request.into_request()).await;
    let listed = listed.expect("the server tells").into_inner();
    assert!(listed.custom_attributes.contains_key("Customer"));
    server.shutdown().await.expect("it ends");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it is bound").port();
    let error = DevServer::builder().port(port).start().await.expect_err("the port is taken");
    assert!(matches!(error, DevServerError::PortInUse { port: named, .. } if named == port));
    assert!(report(&error).contains(&format!("port {port}, set by `port`")), "{error}");
    let error = DevServer::builder().ui_port(port).start().await.expect_err("the port is taken");
    assert!(report(&error).contains(&format!("port {port}, set by `ui_port`")), "{error}");
}

/// The server's own words on a port that was free when it was chosen.
#[tokio::test]
async fn a_port_taken_at_the_last_moment_is_named_too() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let text = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = --version ]; then echo temporal version 1.9.1; exit; fi\n\
         echo \"Error: can't set frontend port {port}: listen tcp 127.0.0.1:{port}: bind: address already in use\"\n\
         exit 1\n"
    );
    let cli = script(dir.path(), "temporal", &text);
    let error = DevServer::builder().cli(&cli).port(port).start().await.expect_err("it says so");
    assert!(matches!(error, DevServerError::PortInUse { port: named, .. } if named == port));
}

#[tokio::test]
async fn a_free_port_that_gets_taken_is_replaced_by_another() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let real = dev_server::locate(&LocateOptions::new()).await;
    let real = real.expect("there is a server to test with");
    // Fails once, as the server does on a port that was taken under its hands, and then works.
    let text = format!(
        "#!/bin/sh\n\
         if [ \"$1\" != --version ] && [ ! -e '{mark}' ]; then\n\
         : > '{mark}'; echo 'listen tcp: bind: address already in use'; exit 1\n\
         fi\n\
         exec '{real}' \"$@\"\n",
        mark = dir.path().join("tried").display(),
        real = real.path().display(),
    );
    let cli = script(dir.path(), "temporal", &text);
    let server = DevServer::builder().cli(&cli).start().await.expect("the second try works");
    connect(server.address()).await;
    server.shutdown().await.expect("it ends");
}

#[tokio::test]
async fn a_named_command_that_does_not_work_is_an_error_and_says_why() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let other = script(dir.path(), "other", "#!/bin/sh\necho other 1.0\n");
    let broken = script(dir.path(), "broken", "#!/bin/sh\necho no such library >&2\nexit 3\n");
    let missing = dir.path().join("missing");
    for (cli, why) in [
        (other, "`--version` printed \"other 1.0\", which is not a version of the Temporal CLI"),
        (broken, "`--version` ended with exit status: 3: no such library"),
        (missing, "cannot be run: No such file or directory"),
    ] {
        let error = DevServer::builder().cli(&cli).start().await.expect_err("it does not work");
        let text = report(&error);
        assert!(text.contains(&format!("`{}`, set by the option `cli`", cli.display())), "{text}");
        assert!(text.contains(why), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_ends_early_shows_its_last_words() {
    let error = DevServer::builder().arg("--no-such-flag").start().await.expect_err("it refuses");
    assert!(matches!(error, DevServerError::Exited { .. }));
    let text = report(&error);
    assert!(text.contains("exit status: 1") && text.contains("--no-such-flag"), "{text}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_killed_in_time() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mark = dir.path().join("id");
    let text = format!(
        "#!/bin/sh\n\
         if [ \"$1\" = --version ]; then echo temporal version 1.9.1; exit; fi\n\
         echo $$ > '{}'; echo not in the mood; exec sleep 60\n",
        mark.display()
    );
    let cli = script(dir.path(), "temporal", &text);
    let limit = Duration::from_secs(1);
    let start = DevServer::builder().cli(&cli).start_timeout(limit).start();
    let error = start.await.expect_err("it does not answer");
    assert!(matches!(error, DevServerError::NotReady { .. }));
    assert!(report(&error).contains("not in the mood"), "{error}");
    let id = std::fs::read_to_string(mark).expect("it ran").trim().parse().expect("an id");
    assert_group_ends(id);
}
