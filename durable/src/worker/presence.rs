//! The presence of the server, as workers notice it: one line when it goes away, and one when it is back.
//!
//! SDK 1.1.1 has no hook for the calls of its pollers, and logs each of their retries. So the server is asked
//! for its version from time to time, which needs no database of the server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::control::Control;
use crate::background::CONTROL;
use crate::client::Client;

/// The interval between two questions while the server answers.
const INTERVAL: Duration = Duration::from_secs(5);

/// The interval between two questions while it does not.
const INTERVAL_AWAY: Duration = Duration::from_secs(1);

/// The presence of the server, which the workers of a set share.
pub(super) struct Presence {
    client: Client,
    /// The time since which the server is away.
    away_since: Mutex<Option<Instant>>,
}

impl Presence {
    pub(super) fn new(client: &Client) -> Arc<Self> {
        Arc::new(Self { client: client.clone(), away_since: Mutex::default() })
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

    /// Asks the server whether it answers, and returns `true` if it doesn't.
    pub(super) async fn is_gone(&self) -> bool {
        self.client.answers().await.is_err()
    }

    /// Asks the server until the workers are to stop.
    pub(super) fn watch(self: &Arc<Self>, control: &Arc<Control>) {
        let (presence, control) = (Arc::clone(self), Arc::clone(control));
        CONTROL.spawn(async move {
            tokio::select! {
                () = control.stopping() => {}
                () = control.killed() => {}
                never = presence.ask() => match never {},
            }
        });
    }

    async fn ask(&self) -> std::convert::Infallible {
        let mut failures = 0_u32;
        loop {
            let is_fine = failures == 0 && !self.is_away();
            tokio::time::sleep(if is_fine { INTERVAL } else { INTERVAL_AWAY }).await;
            match self.client.answers().await {
                Ok(()) => {
                    failures = 0;
                    self.back();
                }
                // A connection that breaks is replaced, so a single failure means nothing.
                Err(_) if failures == 0 && !self.is_away() => failures = 1,
                Err(error) => self.away(&error),
            }
        }
    }
}
