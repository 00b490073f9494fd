//! The shared client as an argument of handlers.

use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use super::Problem;
use crate::client::{Client, ClientService};
use crate::error::{ConnectionError, Error, Result};

/// The longest time that a request waits for the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The client of a [`ClientService`] in the router's state, which connects on its first use.
///
/// So a web service can start before its Temporal server. A request waits for the connection for 5 seconds at
/// most, and is then answered with 503. A connected [`Client`] as the state is taken as `State<Client>`.
///
/// ```no_run
/// use durable::Client;
/// use durable::client::ClientService;
/// use durable::web::axum::{Router, routing::get};
///
/// async fn status(client: Client) -> durable::Result<String> {
///     Ok(format!("{:?}", client.workflow("order-7").describe().await?.status()))
/// }
///
/// let temporal = ClientService::new(Client::builder());
/// let app: Router = Router::new().route("/status", get(status)).with_state(temporal);
/// ```
impl<S> FromRequestParts<S> for Client
where
    ClientService: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Problem> {
        connected(&ClientService::from_ref(state)).await.map_err(Problem::from)
    }
}

/// Returns the client of a service, within the time limit of a request.
pub(super) async fn connected(service: &ClientService) -> Result<Client> {
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, service.client()).await;
    connecting.unwrap_or_else(|_| {
        let address = service.url().to_owned();
        let source = format!("no connection within {CONNECT_TIMEOUT:?}").into();
        Err(Error::from(ConnectionError::Unreachable { address, source }))
    })
}
