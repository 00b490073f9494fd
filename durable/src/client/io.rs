//! The Tokio runtime on which all connections live.
//!
//! A connection is a set of tasks. On the runtime of the caller they would be gone when that runtime
//! is dropped, and would stand still while nobody drives it, and every later call of the client with
//! them. So they have a runtime of their own, which lasts as long as the process.

use std::panic::resume_unwind;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber as _;

/// How many threads it has at the most. They sleep while nothing is sent.
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
            tracing::warn!(%error, "connections have no runtime of their own; they end with that of the caller");
        }
        runtime.ok()
    });
    made.as_ref().map(Runtime::handle)
}

/// Makes a connection where its tasks stay alive. What makes it is boxed, as it is large.
pub(super) fn connecting<T: Send + 'static>(
    connecting: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = T> + Send {
    let connecting = Box::pin(connecting);
    async move {
        let Some(handle) = runtime() else { return connecting.await };
        // Dropped, it gives up the connecting.
        let mut task = JoinSet::new();
        task.spawn_on(connecting.with_current_subscriber(), handle);
        match task.join_next().await {
            Some(Ok(connected)) => connected,
            Some(Err(error)) => resume_unwind(error.into_panic()),
            None => unreachable!("a task was spawned"),
        }
    }
}
