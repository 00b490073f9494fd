//! The signals by which a process is asked to stop.

/// Waits for Ctrl-C or SIGTERM and tells which it was.
///
/// Where a handler cannot be installed, which the operating system does not refuse in practice, the
/// wait never ends, and the process keeps the signal's default action.
pub(super) async fn stop_signal() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = interrupted() => "interrupt",
            () = terminated => "terminate",
        }
    }
    #[cfg(not(unix))]
    {
        interrupted().await;
        "interrupt"
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
