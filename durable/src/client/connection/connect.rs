//! One attempt to connect, within its time limit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::errors::{ClientConnectError, InvalidHeaderError};
use temporalio_client::tonic::codegen::http::Uri;
use temporalio_client::tonic::{Code, Status};
use temporalio_client::{ClientOptions, Connection, ConnectionOptions, HttpConnectProxyOptions};
use tokio::time::{Instant, timeout_at};

use super::api_key::{ApiKey, KeyFile};
use super::diagnosis::{Reason, diagnose};
use super::health::is_refusal;
use super::proxy::{Proxy, ProxyError};
use super::security::TlsSetup;
use super::settings::ConnectionSettings;
use crate::address::Address;
use crate::background::CONNECTIONS;
use crate::client::{Client, ClientBuilder};
use crate::error::outgoing::typed_failures;
use crate::error::server_limits::ServerLimits;
use crate::error::{ConnectionError, Result, ServerError, SharedError, show_values};
use crate::secret::without_credentials;

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

/// Connects, and checks that the namespace exists.
pub(super) async fn checked(
    builder: ClientBuilder,
    settings: ConnectionSettings,
) -> Result<Client> {
    let limit = Limit::starting_now(settings.connect_timeout);
    let client = open(builder, settings, limit).await?;
    match timeout_at(limit.deadline, client.check_namespace()).await {
        Ok(checked) => checked.map(|()| client),
        Err(_) => Err(limit.exceeded(client.address().to_owned()).into()),
    }
}

/// Connects without checking that the namespace exists.
pub(super) async fn unchecked(
    builder: ClientBuilder,
    settings: ConnectionSettings,
) -> Result<Client> {
    let limit = Limit::starting_now(settings.connect_timeout);
    open(builder, settings, limit).await
}

/// The target of a connection: the address, and how it is reached.
pub(super) struct Target {
    pub(super) address: Address,
    pub(super) secured: Option<TlsSetup>,
    pub(super) proxy: Option<HttpConnectProxyOptions>,
    /// The API key as it is now.
    pub(super) api_key: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
}

impl Target {
    /// Checks the settings, and reads the files that they name.
    pub(super) fn new(settings: &ConnectionSettings) -> Result<Self, ConnectionError> {
        let address = &settings.address;
        let address = Address::parse(address).map_err(|error| ConnectionError::InvalidAddress {
            address: without_credentials(address),
            source: error.into(),
        })?;
        let is_encrypted = settings.transport.is_encrypted(&address, settings.api_key.is_some())?;
        let api_key = settings.api_key.as_ref().map(ApiKey::read).transpose()?;
        let secured = is_encrypted.then(|| TlsSetup::new(&settings.transport.tls, &address));
        let secured = secured
            .transpose()
            .map_err(|problem| ConnectionError::Tls { address: address.to_string(), problem })?;
        let credentials = settings.proxy_credentials.clone();
        let proxy = settings.proxy.clone().map(|address| Proxy { address, credentials });
        let proxy = proxy.map(Proxy::options).transpose()?;
        Ok(Self { address, secured, proxy, api_key, headers: settings.headers.clone() })
    }

    /// Returns the SDK's options.
    fn options(&self, settings: &ConnectionSettings) -> ConnectionOptions {
        let address = &self.address;
        let (url, tls) = match &self.secured {
            // With a proxy the SDK 1.1.1 uses a connector, for which only an `https` URL enables
            // TLS.
            Some(secured) if self.proxy.is_some() => (address.https_url(), Some(secured.proxied())),
            secured => (address.url(), secured.as_ref().map(TlsSetup::options)),
        };
        let headers = &self.headers;
        ConnectionOptions::new(url)
            .identity(settings.identity.clone().unwrap_or_else(default_identity))
            .connect_timeout(settings.connect_timeout)
            // A single address needs no balancing, and without it errors are reported at once.
            .dns_load_balancing(None)
            .maybe_tls_options(tls)
            .maybe_override_origin(self.origin())
            .maybe_http_connect_proxy(self.proxy.clone())
            .maybe_api_key(self.api_key.clone())
            .maybe_headers((!headers.is_empty()).then(|| headers.clone().into_iter().collect()))
            .build()
    }
}

async fn open(
    builder: ClientBuilder,
    settings: ConnectionSettings,
    limit: Limit,
) -> Result<Client> {
    let target = Target::new(&settings)?;
    if let Some(show) = settings.show_values {
        show_values(show);
    }
    let address = target.address.to_string();
    let connecting = CONNECTIONS.run(Connection::connect(target.options(&settings)));
    let connection = match timeout_at(limit.deadline, connecting).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            return Err(not_connected(target, error, limit).await.into());
        }
        Err(_) => return Err(target.through_proxy(limit.exceeded(address)).into()),
    };
    let limits = Arc::<ServerLimits>::default();
    let converter = builder.data_converter.unwrap_or_default();
    let options = ClientOptions::new(settings.namespace)
        .data_converter(typed_failures(converter, Arc::clone(&limits)))
        .client_interceptors(builder.interceptors)
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
        sdk,
        address: address.into(),
        clock: None,
        call_timeout: None,
        versioned: Arc::default(),
        options: builder.options,
        attached: Arc::new(builder.attached),
        limits,
        key,
    })
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

impl Target {
    fn origin(&self) -> Option<Uri> {
        self.secured.as_ref().and_then(|secured| secured.origin(&self.address))
    }

    /// Returns the authority of requests.
    pub(super) fn authority(&self) -> String {
        let origin = self.origin().and_then(|origin| origin.authority().map(ToString::to_string));
        origin.unwrap_or_else(|| self.address.to_string())
    }

    /// Adds the proxy to the error of a connection that failed.
    fn through_proxy(&self, error: ConnectionError) -> ConnectionError {
        match (error, &self.proxy) {
            (ConnectionError::Unreachable { address, source }, Some(proxy)) => {
                let source = ProxyError { proxy: proxy.target_addr.clone(), source }.into();
                ConnectionError::Unreachable { address, source }
            }
            (error, _) => error,
        }
    }
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

fn default_identity() -> String {
    let host = gethostname::gethostname();
    format!("{}@{}", std::process::id(), host.to_string_lossy())
}

/// Returns the cause without the SDK's wrapper, whose message repeats it.
fn connect_cause(error: ClientConnectError) -> SharedError {
    match error {
        ClientConnectError::TonicTransportError(source) => source.into(),
        ClientConnectError::SystemInfoCallError(status) => status.into(),
        other => other.into(),
    }
}
