//! Notices that the server doesn't accept the credentials any more while workers run.
//!
//! SDK 1.1.1 retries a poll that is refused for a minute before its worker ends. So the server is asked
//! every few seconds, on the runtime of the control.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::control::Control;
use crate::background::CONTROL;
use crate::client::Client;
use crate::error::{ConnectionError, Error};

/// The pause between two questions.
const PAUSE: Duration = Duration::from_secs(5);

/// The pause before a refusal is believed: a server that restarts may refuse for a moment.
const AGAIN: Duration = Duration::from_secs(1);

/// The access of a set of workers to the server.
pub(super) struct Access(watch::Sender<Option<Error>>);

impl Access {
    /// Starts to ask the server, until the workers are asked to stop or nobody listens any more.
    pub(super) fn watched(client: &Client, control: &Arc<Control>) -> Arc<Self> {
        let access = Arc::new(Self(watch::Sender::new(None)));
        let (watching, client) = (Arc::downgrade(&access), client.clone());
        let control = Arc::clone(control);
        CONTROL.spawn(async move {
            let mut pause = PAUSE;
            loop {
                tokio::select! {
                    () = control.stopping() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                let asked = client.check_access().await;
                let Some(access) = watching.upgrade() else { return };
                pause = match asked {
                    Err(Error::Connection(ConnectionError::Refused { .. })) if pause == PAUSE => {
                        AGAIN
                    }
                    Err(error @ Error::Connection(ConnectionError::Refused { .. })) => {
                        access.0.send_replace(Some(error));
                        return;
                    }
                    _ => PAUSE,
                };
            }
        });
        access
    }

    /// Returns an access that isn't watched, for tests, which end before the first question.
    pub(super) fn unwatched() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(None)))
    }

    /// Waits until the server refuses the credentials.
    pub(super) async fn refused(&self) -> Error {
        let mut receiver = self.0.subscribe();
        loop {
            if let Some(error) = receiver.borrow_and_update().clone() {
                return error;
            }
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
