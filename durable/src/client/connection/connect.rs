//! One attempt to connect, within its time limit.

use std::sync::Arc;
use std::time::Duration;

use temporalio_client::errors::{ClientConnectError, InvalidHeaderError};
use temporalio_client::interceptors::ClientInterceptor;
use temporalio_client::tonic::{Code, Status};
use temporalio_client::{ClientOptions, Connection};
use temporalio_common::data_converters::DataConverter;
use tokio::time::{Instant, timeout_at};

use super::again::Again;
use super::api_key::{ApiKey, KeyFile};
use super::client::Client;
use super::diagnosis::{Reason, diagnose};
use super::health::is_refusal;
use super::settings::ConnectionSettings;
use super::target::Target;
use crate::background::CONNECTIONS;
use crate::definition::Dependencies;
use crate::error::outgoing::typed_failures;
use crate::error::server_limits::ServerLimits;
use crate::error::{ConnectionError, Result, ServerError, SharedError, show_values};
use crate::instrumentation;
use crate::options::ConfiguredOptions;

/// The time limit of an attempt.
#[derive(Clone, Copy)]
struct Limit {
    timeout: Duration,
    deadline: Instant,
}

impl Limit {
    fn starting_now(timeout: Duration) -> Self {
        // An hour is longer than any server takes; a longer time may be too long to be added.
        let deadline = Instant::now() + timeout.min(Duration::from_secs(60 * 60));
        Self { timeout, deadline }
    }

    fn exceeded(self, address: String) -> ConnectionError {
        let timeout = self.timeout;
        let cause = format!("connecting took longer than the connect timeout of {timeout:?}");
        ConnectionError::Unreachable { address, source: cause.into() }
    }
}

/// The parts of a client besides its connection.
pub(super) struct Parts {
    pub(super) data_converter: Option<DataConverter>,
    pub(super) interceptors: Vec<Arc<dyn ClientInterceptor>>,
    pub(super) options: Arc<ConfiguredOptions>,
    pub(super) attached: Dependencies,
}

/// Connects, and checks that the namespace exists.
pub(super) async fn checked(parts: Parts, settings: ConnectionSettings) -> Result<Client> {
    let limit = Limit::starting_now(settings.connect_timeout);
    let client = open(parts, settings, limit).await?;
    match timeout_at(limit.deadline, client.check_namespace()).await {
        Ok(checked) => checked.map(|()| client),
        Err(_) => Err(limit.exceeded(client.address().to_owned()).into()),
    }
}

/// Connects without checking that the namespace exists.
#[cfg(feature = "testing")]
pub(super) async fn unchecked(parts: Parts, settings: ConnectionSettings) -> Result<Client> {
    let limit = Limit::starting_now(settings.connect_timeout);
    open(parts, settings, limit).await
}

async fn open(parts: Parts, settings: ConnectionSettings, limit: Limit) -> Result<Client> {
    let target = Target::new(&settings)?;
    let outer = settings.outer_codec()?;
    if let Some(show) = settings.show_values {
        show_values(show);
    }
    let address = target.address.to_string();
    let options = target.options(&settings);
    let again = Arc::new(Again::new(options.clone(), settings.api_key.as_ref()));
    let connecting = CONNECTIONS.run(Connection::connect(options));
    let connection = match timeout_at(limit.deadline, connecting).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            return Err(not_connected(target, error, limit).await.into());
        }
        Err(_) => return Err(target.through_proxy(limit.exceeded(address)).into()),
    };
    let limits = Arc::new(ServerLimits::new(outer.sending.clone()));
    let has_codec = outer.codec.is_some() || parts.data_converter.is_some();
    let converter = parts.data_converter.unwrap_or_default();
    let traces = instrumentation::traces().map(|traces| Arc::clone(&traces.client));
    let options = ClientOptions::new(settings.namespace)
        .data_converter(typed_failures(converter, outer, Arc::clone(&limits)))
        .client_interceptors(traces.into_iter().chain(parts.interceptors).collect())
        .build();
    let key = match (settings.api_key, target.api_key) {
        (Some(ApiKey::File(path)), Some(key)) => {
            Some(Arc::new(KeyFile::watch(path, key, &connection)))
        }
        _ => None,
    };
    let sdk = temporalio_client::Client::new(connection, options);
    let sdk = sdk.map_err(|error| ConnectionError::Unreachable {
        address: address.clone(),
        source: error.into(),
    })?;
    Ok(Client {
        limits,
        has_codec,
        key,
        again: Some(again),
        ..Client::over(sdk, address, parts.options, parts.attached)
    })
}

impl Client {
    /// Returns the same client with a connection of its own, which other workers don't share.
    ///
    /// # Errors
    /// [`ConnectionError`] if the server doesn't answer, or the file of the API key can't be read.
    pub(crate) async fn with_own_connection(&self) -> Result<Self> {
        let Some(again) = self.again.clone() else { return Ok(self.clone()) };
        let unreachable =
            |source| ConnectionError::Unreachable { address: self.address.to_string(), source };
        let mut options = again.options.clone();
        let key = match &again.key {
            Some(path) => {
                let key = ApiKey::File(path.clone()).read()?;
                options.api_key = Some(key.clone());
                Some((path.clone(), key))
            }
            None => None,
        };
        let connection = CONNECTIONS.run(Connection::connect(options)).await;
        let connection = connection.map_err(|error| unreachable(error.into()))?;
        let key = key.map(|(path, key)| Arc::new(KeyFile::watch(path, key, &connection)));
        let options = self.sdk.options().clone();
        let sdk = temporalio_client::Client::new(connection, options);
        let sdk = sdk.map_err(|error| unreachable(error.into()))?;
        Ok(Self { sdk, key, ..self.clone() })
    }
}

/// Returns the error of a failed connection, with the reason that is found by another connection.
async fn not_connected(target: Target, error: ClientConnectError, limit: Limit) -> ConnectionError {
    let address = target.address.to_string();
    let status = match &error {
        ClientConnectError::InvalidHeaders(error) => return unsendable(error),
        ClientConnectError::SystemInfoCallError(status) => Some(status.clone()),
        _ => None,
    };
    let refusal = status.clone().filter(is_refusal);
    if let Some(status) = refusal.as_ref().filter(|status| !is_of_http(status)) {
        return ConnectionError::Refused { address, cause: ServerError::from(status.clone()) };
    }
    let unreachable = |source| {
        target.through_proxy(ConnectionError::Unreachable { address: address.clone(), source })
    };
    match timeout_at(limit.deadline, Box::pin(diagnose(&target))).await {
        Ok(Some(Reason::Tls(problem))) => ConnectionError::Tls { address, problem },
        Ok(Some(Reason::Answer(answer))) if answer.is_final() => {
            ConnectionError::NotTemporal { address, answer: answer.to_string() }
        }
        Ok(Some(Reason::Answer(answer))) => unreachable(format!("the answer is {answer}").into()),
        Ok(Some(Reason::Proxy(answer))) => match &target.proxy {
            Some(proxy) if answer.is_final() => ConnectionError::ProxyRefused {
                proxy: proxy.target_addr.clone(),
                address,
                answer: answer.to_string(),
            },
            _ => unreachable(format!("the proxy answers {answer}").into()),
        },
        _ => match (refusal, status) {
            (Some(status), _) => ConnectionError::Refused { address, cause: status.into() },
            (None, Some(status)) if is_permanent(&status) => ConnectionError::NotTemporal {
                address,
                answer: ServerError::from(status).to_string(),
            },
            _ => unreachable(connect_cause(error)),
        },
    }
}

/// Returns whether a status was made from an HTTP answer that is not one of gRPC.
fn is_of_http(status: &Status) -> bool {
    status.message().contains("mapped from HTTP status code")
}

/// Returns whether a call that ended with this status cannot succeed later.
fn is_permanent(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unimplemented | Code::InvalidArgument | Code::FailedPrecondition | Code::NotFound
    )
}

fn unsendable(error: &InvalidHeaderError) -> ConnectionError {
    let name = match error {
        InvalidHeaderError::InvalidAsciiHeaderKey { key, .. }
        | InvalidHeaderError::InvalidAsciiHeaderValue { key, .. }
        | InvalidHeaderError::InvalidBinaryHeaderKey { key, .. } => key.as_str(),
        _ => "",
    };
    ConnectionError::InvalidHeader { name: name.to_owned() }
}

/// Returns the cause without the SDK's wrapper, whose message repeats it.
fn connect_cause(error: ClientConnectError) -> SharedError {
    match error {
        ClientConnectError::TonicTransportError(source) => source.into(),
        ClientConnectError::SystemInfoCallError(status) => status.into(),
        other => other.into(),
    }
}
