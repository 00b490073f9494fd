//! The launch of a server: its ports, its process, and the wait until it is healthy.

use std::net::Ipv4Addr;
use std::time::Duration;

use temporalio_client::tonic::{IntoRequest as _, Status};
use temporalio_client::{Connection, ConnectionOptions, Url};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeNamespaceRequest;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::{BoxError, DevServerError};
use super::locate::TemporalCli;
use super::ports::{Ports, Wanted};
use super::process::{Ending, Process};
use super::settings::Settings;

/// The number of launches that are tried if another process takes a port before the server binds it.
const TRIES: u32 = 5;
const POLL: Duration = Duration::from_millis(50);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// A running and healthy server.
#[derive(Debug)]
pub(super) struct Launched {
    pub(super) process: Process,
    pub(super) ports: Ports,
}

/// Starts the server and waits until it is healthy.
pub(super) async fn launch(
    cli: &TemporalCli,
    settings: &Settings,
) -> Result<Launched, DevServerError> {
    let mut tries = 1;
    loop {
        let ports = choose_ports(settings)?;
        let (arguments, graceful) = (settings.arguments(ports), settings.main.database.is_some());
        let process = Process::spawn(cli.path(), &arguments, graceful, settings.owner.as_ref())
            .map_err(|source| DevServerError::Spawn { path: cli.path().to_owned(), source })?;
        match wait_until_ready(&process, ports, settings).await {
            Ok(()) => return Ok(Launched { process, ports }),
            Err(NotReady::Ended(status)) => {
                let output = process.last_output();
                if says_port_taken(&output) {
                    if let Some(error) = asked_for_and_taken(settings, &output) {
                        return Err(error);
                    }
                    if tries < TRIES {
                        tries += 1;
                        continue;
                    }
                }
                return Err(DevServerError::Exited { status, output });
            }
            Err(NotReady::Late(source)) => {
                return Err(DevServerError::NotReady {
                    address: address(ports.frontend),
                    limit: settings.start_timeout,
                    output: process.last_output(),
                    source,
                });
            }
        }
    }
}

pub(super) fn address(port: u16) -> String {
    format!("{}:{port}", Ipv4Addr::LOCALHOST)
}

fn wanted(settings: &Settings) -> (Wanted, Wanted) {
    let frontend = Wanted { option: "port", port: settings.main.port };
    let ui = Wanted { option: "ui_port", port: settings.main.ui_port };
    (frontend, ui)
}

fn choose_ports(settings: &Settings) -> Result<Ports, DevServerError> {
    let (frontend, ui) = wanted(settings);
    Ok(Ports {
        frontend: frontend.choose()?,
        ui: settings.has_ui().then(|| ui.choose()).transpose()?,
    })
}

fn says_port_taken(output: &str) -> bool {
    // As Unix and as Windows say it.
    ["address already in use", "Only one usage of each socket address"]
        .iter()
        .any(|words| output.contains(words))
}

fn asked_for_and_taken(settings: &Settings, output: &str) -> Option<DevServerError> {
    let (frontend, ui) = wanted(settings);
    [frontend, ui].into_iter().find_map(|Wanted { option, port }| {
        let port = port?;
        let named = output.contains(&format!(":{port}:")) || output.contains(&format!(" {port}:"));
        named.then_some(DevServerError::PortInUse { port, option })
    })
}

enum NotReady {
    Ended(Ending),
    Late(Option<BoxError>),
}

/// Waits until the server answers for each of its namespaces, and the web UI listens.
async fn wait_until_ready(
    process: &Process,
    ports: Ports,
    settings: &Settings,
) -> Result<(), NotReady> {
    let deadline = Instant::now() + settings.start_timeout;
    let mut last = None;
    loop {
        let this_probe = deadline.min(Instant::now() + PROBE_LIMIT);
        tokio::select! {
            biased;
            ending = process.ended() => return Err(NotReady::Ended(ending)),
            answer = timeout_at(this_probe, probe(ports, &settings.namespaces)) => match answer {
                // The process is looked at once more, because a stranger may have answered on the
                // port that this server then failed to get.
                Ok(Ok(())) => {
                    let ended = process.has_ended().map(NotReady::Ended);
                    return ended.map_or(Ok(()), Err);
                }
                Ok(Err(error)) => last = Some(error),
                Err(_) => {}
            },
        }
        if Instant::now() >= deadline {
            return Err(NotReady::Late(last));
        }
        sleep(POLL).await;
    }
}

async fn probe(ports: Ports, namespaces: &[String]) -> Result<(), BoxError> {
    let target = Url::parse(&format!("http://{}", address(ports.frontend)))?;
    let options = ConnectionOptions::new(target)
        .identity("durable-dev-server")
        .dns_load_balancing(None)
        .build();
    let connection = Connection::connect(options).await?;
    for namespace in namespaces.iter().map(String::as_str).chain(["default"]) {
        let request =
            DescribeNamespaceRequest { namespace: namespace.to_owned(), ..Default::default() };
        let answer = connection.workflow_service().describe_namespace(request.into_request()).await;
        answer.map_err(|status| Unanswered { namespace: namespace.to_owned(), status })?;
    }
    if let Some(port) = ports.ui {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("the server does not describe namespace `{namespace}`: {}", status.message())]
struct Unanswered {
    namespace: String,
    status: Status,
}
