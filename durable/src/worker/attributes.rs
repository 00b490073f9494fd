//! Warnings about declared search attributes that the server doesn't have.

use std::sync::Arc;
use std::time::Duration;

use super::control::Control;
use crate::client::Client;
use crate::definition::Registry;
use crate::error::report::one_line;
use crate::error::{ConnectionError, Error};

/// The pause before a server that was away is asked again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Asks the server for the search attributes that the program declares, once it is there, and logs
/// each that it lacks or has with another type.
///
/// The workers serve all the same: the attribute may be created while they run, and until then only
/// the workflows wait that set it.
pub(super) fn report_unfit(client: &Client, registry: &Registry, control: &Arc<Control>) {
    let declared = registry.search_attributes().to_vec();
    if declared.is_empty() {
        return;
    }
    let (client, control) = (client.clone(), Arc::clone(control));
    let asking = async move {
        loop {
            match client.mismatched_search_attributes(&declared).await {
                Ok(unfit) => {
                    return unfit.iter().for_each(|problem| tracing::error!("{problem}"));
                }
                Err(Error::Connection(ConnectionError::Unreachable { .. })) => {
                    tokio::time::sleep(RECONNECT).await;
                }
                Err(error) => {
                    let error = one_line(&error);
                    return tracing::debug!(error, "the search attributes cannot be checked");
                }
            }
        }
    };
    tokio::spawn(async move {
        tokio::select! {
            () = control.stopping() => {}
            () = asking => {}
        }
    });
}
