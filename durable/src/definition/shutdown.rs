//! The notice that the workers were asked to stop, on its way to the activities that want to know.

use tokio::sync::watch;

/// The notice of one set of workers: given out once, and kept for whoever asks later.
///
/// The workers put it among the [`Dependencies`](super::Dependencies), from which the context of an
/// activity takes it.
#[derive(Debug, Default)]
pub(crate) struct WorkerShutdown(watch::Sender<bool>);

impl WorkerShutdown {
    /// Tells everybody who waits, or will ask.
    pub(crate) fn announce(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was announced.
    pub(crate) fn is_announced(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is announced.
    pub(crate) async fn announced(&self) {
        let mut notice = self.0.subscribe();
        // The sender lives as long as `self` is borrowed, so this ends with the announcement only.
        let _ = notice.wait_for(|is_announced| *is_announced).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::WorkerShutdown;

    #[tokio::test]
    async fn it_reaches_those_who_wait_and_those_who_come_later() {
        let shutdown = Arc::new(WorkerShutdown::default());
        assert!(shutdown.announced().now_or_never().is_none());
        assert!(!shutdown.is_announced());

        let waiting = Arc::clone(&shutdown);
        let waiting = tokio::spawn(async move { waiting.announced().await });
        tokio::task::yield_now().await;
        shutdown.announce();
        waiting.await.unwrap();
        assert!(shutdown.is_announced());
        assert!(shutdown.announced().now_or_never().is_some());
    }
}
