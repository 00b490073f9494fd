//! The Tokio runtime of all connections.
//!
//! A connection is a set of tasks. On the caller's runtime they would stop when that runtime is
//! dropped or not polled, and later calls of the client would hang. So they run on a separate
//! runtime, which lasts as long as the process.

use std::panic::resume_unwind;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber as _;

/// The maximum number of threads. They sleep while nothing is sent.
const THREADS: usize = 4;

fn runtime() -> Option<&'static Handle> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("durable-io")
            .enable_all()
            .build();
        if let Err(error) = &runtime {
            tracing::warn!(%error, "the runtime of connections cannot be started; they run on the caller's");
        }
        runtime.ok()
    });
    made.as_ref().map(Runtime::handle)
}

/// Runs a future that connects on the runtime of the connections. The future is boxed because it is
/// large.
pub(crate) fn spawn<T: Send + 'static>(
    connecting: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = T> + Send {
    let connecting = Box::pin(connecting);
    async move {
        let Some(handle) = runtime() else { return connecting.await };
        // Dropping the set cancels the task.
        let mut task = JoinSet::new();
        task.spawn_on(connecting.with_current_subscriber(), handle);
        match task.join_next().await {
            Some(Ok(connected)) => connected,
            Some(Err(error)) => resume_unwind(error.into_panic()),
            None => unreachable!("a task was spawned"),
        }
    }
}
