//! The support of all test binaries: one real dev server each, and ways to read histories.

mod alone;
#[cfg(unix)]
pub mod browser;
mod gate;
pub mod http;
mod log;
mod node;
pub mod plugged;
#[cfg(unix)]
pub mod process;
mod python;
mod skip;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

pub use alone::{is_alone, run_alone};
use durable::Client;
use durable::client::{HasHandle, WorkflowHandle};
use durable::dev_server::{DevServer, SearchAttribute};
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
pub use gate::Gate;
pub use log::Log;
pub use node::node;
pub use python::python;
pub use skip::skip;
use tokio::runtime::Runtime;

/// The dev server of this test binary, on a runtime that outlives every test.
pub struct Shared {
    runtime: Runtime,
    server: DevServer,
}

impl Shared {
    /// The server of this binary; the first caller starts it. It ends with the process.
    ///
    /// # Panics
    /// Panics if it cannot be started.
    pub fn get() -> &'static Self {
        static SHARED: OnceLock<Shared> = OnceLock::new();
        SHARED.get_or_init(|| {
            // A test's own runtime must not be blocked on, so the start has a thread of its own.
            std::thread::spawn(|| {
                let runtime = Runtime::new().expect("a runtime can be made");
                let server = runtime
                    .block_on(
                        DevServer::builder()
                            .search_attribute("CustomerTier", SearchAttribute::Keyword)
                            .search_attribute("Amount", SearchAttribute::Double)
                            .start(),
                    )
                    .expect("the dev server starts");
                Self { runtime, server }
            })
            .join()
            .expect("the dev server starts")
        })
    }

    /// The server's address.
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// The `temporal` command that the server was started with.
    pub fn cli(&self) -> &Path {
        self.server.cli().path()
    }

    /// The runtime that outlives every test.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

/// A client of this binary's server.
///
/// # Panics
/// When it cannot connect.
pub async fn client() -> Client {
    Client::connect(Shared::get().address()).await.expect("the dev server answers")
}

/// An id that no other test uses.
#[must_use]
pub fn unique(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// All events of a workflow.
///
/// # Panics
/// When the history cannot be fetched.
pub async fn events<W: HasHandle>(handle: &WorkflowHandle<W>) -> Vec<HistoryEvent> {
    handle.history().into_events().await.expect("the history can be fetched")
}

/// The attributes of all events of a type.
pub async fn attributes<W: HasHandle>(
    handle: &WorkflowHandle<W>,
    event_type: EventType,
) -> Vec<Attributes> {
    let events = events(handle).await.into_iter();
    events
        .filter(|event| event.event_type() == event_type)
        .filter_map(|event| event.attributes)
        .collect()
}

/// The message of the first failed task of a workflow, waited for.
///
/// # Panics
/// When no task fails within 20 seconds.
pub async fn failed_task<W: HasHandle>(handle: &WorkflowHandle<W>) -> String {
    eventually("failed task", || async {
        let failed = attributes(handle, EventType::WorkflowTaskFailed).await.into_iter().next();
        match failed {
            Some(Attributes::WorkflowTaskFailedEventAttributes(failed)) => {
                failed.failure.map(|failure| failure.message)
            }
            _ => None,
        }
    })
    .await
}

/// Asks again and again until there is an answer, for at most 20 seconds.
///
/// # Panics
/// When there is none until then.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asking)
        .await
        .unwrap_or_else(|_| panic!("no {what} within 20 s"))
}

/// Builds binaries of this workspace in the profile `dev`, changed by settings in the form of
/// Cargo's `--config`, and returns their folder.
///
/// The whole workspace and one of its tests are named, so that Cargo selects the features with
/// which the tests themselves are built, and compiles nothing twice.
///
/// # Panics
/// When the build fails.
#[must_use]
pub fn build(binaries: &[&str], settings: &[&str]) -> PathBuf {
    // target/debug/deps/NAME-0123456789abcdef
    let this = std::env::current_exe().expect("a test binary has a path");
    let debug = this.ancestors().nth(2).expect("it is in a target directory").to_path_buf();
    let target = debug.parent().expect("it is in a target directory");
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        // Cargo sets them for a test. The build script of ring 0.17 asks to run again when they change, and
        // everything that uses TLS would be compiled again with it.
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let built = cargo
        .args(["build", "--quiet", "--locked", "--workspace", "--test", "tidy"])
        .args(binaries.iter().flat_map(|binary| ["--bin", binary]))
        .args(settings.iter().flat_map(|setting| ["--config", setting]))
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "the build of {} fails:\n{said}", binaries.join(", "));
    debug
}
