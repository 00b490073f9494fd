//! The log of a test's own thread.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

/// Records the log of this thread while it lives.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects what is logged on this thread until the guard is dropped.
    #[must_use]
    pub fn collect() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        (log.clone(), tracing::subscriber::set_default(log.subscriber()))
    }

    /// Collects what this process logs from now on, on all of its threads.
    ///
    /// # Panics
    /// Panics if the process already has a subscriber.
    #[must_use]
    pub fn collect_all() -> Self {
        let log = Self::default();
        tracing::subscriber::set_global_default(log.subscriber()).expect("there is none yet");
        log
    }

    /// Returns a subscriber that writes into this log. Its lines have no times, whose digits could be taken for
    /// those of a value.
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let format = tracing_subscriber::fmt().without_time().with_ansi(false);
        format.with_writer(self.clone()).finish()
    }

    /// All of it so far.
    ///
    /// # Panics
    /// Panics if another thread panicked while it logged.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics with it")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
