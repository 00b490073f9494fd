//! The presence of the server, as workers notice it: one line when it goes away, and one when it is back. And the
//! end of the workers when it doesn't accept their credentials any more.
//!
//! SDK 1.1.1 has no hook for the calls of its pollers. It logs each of their retries, and retries a poll that is
//! refused for a minute before its worker ends. So the server is asked from time to time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::control::Control;
use crate::background::CONTROL;
use crate::client::{Client, ServerAnswer};
use crate::error::Error;

/// The interval between two questions while the server accepts the credentials.
const INTERVAL: Duration = Duration::from_secs(5);

/// The interval between two questions while it does not.
const INTERVAL_IN_DOUBT: Duration = Duration::from_secs(1);

/// The presence of the server, which the workers of a set share.
pub(super) struct Presence {
    client: Client,
    /// The time since which the server is away.
    away_since: Mutex<Option<Instant>>,
    /// The error after which the workers end.
    refusal: watch::Sender<Option<Error>>,
}

impl Presence {
    pub(super) fn new(client: &Client) -> Arc<Self> {
        let (refusal, _) = watch::channel(None);
        Arc::new(Self { client: client.clone(), away_since: Mutex::default(), refusal })
    }

    /// Notes that the server is away, and logs it the first time.
    pub(super) fn away(&self, error: &str) {
        let mut away_since = self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        if away_since.is_none() {
            *away_since = Some(Instant::now());
            let address = self.client.address();
            tracing::warn!(address, error, "the server is away; the workers wait for it");
        }
    }

    /// Notes that the server answers, and logs it if it was away.
    pub(super) fn back(&self) {
        let mut away_since = self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = away_since.take() {
            let (address, away) = (self.client.address(), since.elapsed());
            tracing::info!(address, "the server is back after {away:.1?}");
        }
    }

    fn is_away(&self) -> bool {
        self.away_since.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Asks the server, and returns `true` if it doesn't answer.
    pub(super) async fn is_gone(&self) -> bool {
        matches!(self.client.ask_server().await, ServerAnswer::Away(_))
    }

    /// Asks the server until the workers are to stop.
    pub(super) fn watch(self: &Arc<Self>, control: &Arc<Control>) {
        let (presence, control) = (Arc::clone(self), Arc::clone(control));
        CONTROL.spawn(async move {
            tokio::select! {
                () = control.stopping() => {}
                () = control.killed() => {}
                refusal = presence.ask() => drop(presence.refusal.send_replace(Some(refusal))),
            }
        });
    }

    /// Waits until the server refuses the credentials.
    pub(super) async fn refused(&self) -> Error {
        let mut refusal = self.refusal.subscribe();
        loop {
            if let Some(error) = refusal.borrow_and_update().clone() {
                return error;
            }
            // The sender lives as long as `self` is borrowed.
            let _ = refusal.changed().await;
        }
    }

    /// Asks the server again and again. Returns the error when it refuses the credentials.
    ///
    /// A broken connection is replaced, and a server that restarts may refuse for a moment. So a single answer
    /// of these kinds means nothing.
    async fn ask(&self) -> Error {
        let mut last = ServerAnswer::Accepted;
        loop {
            let is_fine = matches!(last, ServerAnswer::Accepted) && !self.is_away();
            tokio::time::sleep(if is_fine { INTERVAL } else { INTERVAL_IN_DOUBT }).await;
            let answer = self.client.ask_server().await;
            match (&answer, &last) {
                (ServerAnswer::Away(error), ServerAnswer::Away(_)) => self.away(error),
                (ServerAnswer::Away(_), _) => {}
                (ServerAnswer::Accepted | ServerAnswer::Refused(_), _) => self.back(),
            }
            last = match (answer, last) {
                (ServerAnswer::Refused(error), ServerAnswer::Refused(_)) => return error,
                (answer, _) => answer,
            };
        }
    }
}
