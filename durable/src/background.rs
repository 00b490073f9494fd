//! The runtimes of this crate's own tasks.
//!
//! On the caller's Tokio runtime, a task stops when that runtime is dropped, isn't polled, or has all its
//! threads blocked by activities. The tasks that must not stop run on runtimes that last as long as the
//! process: connections on one, and the control of workers on another, because a handshake computes.

use std::panic::resume_unwind;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinHandle, JoinSet};
use tracing::instrument::WithSubscriber as _;

/// The runtime of all connections. Its threads sleep while nothing is sent.
pub(crate) static CONNECTIONS: Background = Background::new("durable-io", 4);

/// The runtime of the control of workers: signals, deadlines, supervision and probes. Its tasks only wait,
/// and run no code of the user's but that of the log.
pub(crate) static CONTROL: Background = Background::new("durable-control", 1);

/// The processors for which a runtime gets a thread more.
const PROCESSORS_OF_A_THREAD: usize = 4;

/// A runtime that is made on its first use and never ends.
pub(crate) struct Background {
    name: &'static str,
    most_threads: usize,
    runtime: OnceLock<Option<Runtime>>,
}

impl Background {
    const fn new(name: &'static str, most_threads: usize) -> Self {
        Self { name, most_threads, runtime: OnceLock::new() }
    }

    /// Returns the handle of the runtime, or of the caller's if the system refuses the threads.
    fn handle(&self) -> Handle {
        let made = self.runtime.get_or_init(|| {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            // One thread that isn't asleep is cheaper than several that wake each other.
            let threads = (threads / PROCESSORS_OF_A_THREAD).clamp(1, self.most_threads);
            let runtime = Builder::new_multi_thread()
                .worker_threads(threads)
                .thread_name(self.name)
                .enable_all()
                .build();
            if let Err(error) = &runtime {
                let name = self.name;
                tracing::warn!(%error, "the runtime `{name}` cannot be started; its tasks run on the caller's");
            }
            runtime.ok()
        });
        made.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }

    /// Spawns a task on this runtime. It logs to the caller's subscriber.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.handle().spawn(task.with_current_subscriber())
    }

    /// Runs a future on this runtime. Dropping the returned future cancels it. The future is boxed because
    /// it is often large.
    pub(crate) fn run<T: Send + 'static>(
        &'static self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        let future = Box::pin(future);
        async move {
            // Dropping the set cancels the task.
            let mut task = JoinSet::new();
            task.spawn_on(future.with_current_subscriber(), &self.handle());
            match task.join_next().await {
                Some(Ok(output)) => output,
                Some(Err(error)) => resume_unwind(error.into_panic()),
                None => unreachable!("a task was spawned"),
            }
        }
    }

    /// Calls a function that needs the drivers of a runtime with those of this one.
    pub(crate) fn enter<T>(&self, call: impl FnOnce() -> T) -> T {
        let handle = self.handle();
        let _entered = handle.enter();
        call()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::CONTROL;

    #[tokio::test]
    async fn runs_while_the_callers_runtime_is_blocked() {
        let (sender, receiver) = mpsc::channel();
        CONTROL.spawn(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let _ = sender.send(std::thread::current().name().map(str::to_owned));
        });
        // Blocks the only thread of this test's runtime.
        let name = receiver.recv_timeout(Duration::from_secs(30)).expect("the task runs");
        assert_eq!(name.as_deref(), Some("durable-control"));
    }

    #[tokio::test]
    async fn cancels_a_task_whose_future_is_dropped() {
        struct Dropped(Option<tokio::sync::oneshot::Sender<()>>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.take().expect("it is dropped once").send(());
            }
        }
        let (sender, dropped) = tokio::sync::oneshot::channel();
        let held = Dropped(Some(sender));
        let waiting = CONTROL.run(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        let _ = tokio::time::timeout(Duration::from_millis(20), waiting).await;
        let waited = tokio::time::timeout(Duration::from_secs(30), dropped).await;
        waited.expect("it is cancelled").expect("it is dropped");
    }

    #[tokio::test]
    #[should_panic(expected = "the reason")]
    async fn passes_a_panic_on() {
        CONTROL.run(async { panic!("the reason") }).await;
    }
}
