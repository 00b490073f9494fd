//! Connecting to a Temporal server and namespace.

use std::collections::BTreeMap;
use std::env;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::errors::{ClientConnectError, InvalidHeaderError};
use temporalio_client::interceptors::ClientInterceptor;
use temporalio_client::tonic::Code;
use temporalio_client::{ClientOptions, Connection, ConnectionOptions, HttpConnectProxyOptions};
use temporalio_common::data_converters::DataConverter;

use super::proxy::{Proxied, Proxy};
use super::security::{Secured, Transport, diagnose};
use super::{Client, Tls, io};
use crate::address::Address;
#[cfg(feature = "config")]
use crate::config::Config;
use crate::error::outgoing::typed_failures;
use crate::error::{Error, Result};
use crate::options::ConfiguredOptions;

const DEFAULT_ADDRESS: &str = "localhost:7233";
const DEFAULT_NAMESPACE: &str = "default";
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What a [`Client`] is made of. What is not set comes from the configuration that it was given, or from
/// the environment, or is built in.
#[derive(Clone, Default)]
#[must_use = "a builder connects only when `connect` is called"]
pub struct ClientBuilder {
    pub(super) address: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) identity: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) transport: Transport,
    pub(super) api_key: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) proxy: Option<String>,
    pub(super) proxy_credentials: Option<(String, String)>,
    data_converter: Option<DataConverter>,
    interceptors: Vec<Arc<dyn ClientInterceptor>>,
    options: Arc<ConfiguredOptions>,
    #[cfg(feature = "config")]
    pub(super) config: Option<Config>,
    /// What is taken for the connection alone.
    #[cfg(feature = "config")]
    pub(super) connection: Option<Config>,
}

impl ClientBuilder {
    /// The server's address as `host:port` or URL; without it what is configured, or else
    /// `TEMPORAL_ADDRESS`, or else `localhost:7233`.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The namespace; without it what is configured, or else `TEMPORAL_NAMESPACE`, or else `default`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// How this process calls itself in histories; without it the process id and the host's name.
    pub fn identity(mut self, identity: impl Into<String>) -> Self {
        self.identity = Some(identity.into());
        self
    }

    /// How long [`connect`](Self::connect) may take in all; without it 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Encrypts the connection.
    ///
    /// Without it a connection is encrypted if the address is an `https://` URL or there is an API key.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.transport = Transport::Tls(tls);
        self
    }

    /// Leaves the connection as it is, also with an API key, which anybody on the way can then read.
    pub fn without_tls(mut self) -> Self {
        self.transport = Transport::Plaintext;
        self
    }

    /// The API key that is sent with every call, as Temporal Cloud gives them out.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Adds a gRPC header that is sent with every call.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Reaches the server through an HTTP proxy, by the method `CONNECT`.
    ///
    /// The address is `host:port`. The connection to the proxy is not encrypted; the one to the server
    /// is protected all the way, as without a proxy, but a client certificate is read once for each
    /// connection and not again while it lasts. Without this method the proxy is the configured
    /// one, or else there is none.
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = Some(address.into());
        self
    }

    /// Sets the user and the password that the proxy asks for (basic authentication).
    pub fn proxy_credentials(
        mut self,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        self.proxy_credentials = Some((user.into(), password.into()));
        self
    }

    /// What is configured for workflows and activities: the layer below their annotations. Workers of
    /// this client use it too.
    pub fn configured_options(mut self, options: ConfiguredOptions) -> Self {
        self.options = Arc::new(options);
        self
    }

    /// How values become payloads; without it JSON. Workers of this client use it too.
    pub fn data_converter(mut self, converter: DataConverter) -> Self {
        self.data_converter = Some(converter);
        self
    }

    /// Adds an interceptor, inside of those that were added before.
    pub fn interceptor(mut self, interceptor: impl ClientInterceptor) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Connects, and asks the server for the namespace.
    ///
    /// The connection does not belong to the Tokio runtime that this is called on: the client can be
    /// used from any runtime, also after this one has ended.
    ///
    /// # Errors
    /// - [`Error::InvalidAddress`]: the address, or that of the proxy, is neither `host:port` nor a URL.
    /// - [`Error::Unreachable`]: no server answers within the connect timeout.
    /// - [`Error::InvalidHeader`]: the API key or a header cannot be sent.
    /// - [`Error::Tls`]: the connection cannot be protected as asked for, with what to do.
    /// - [`Error::NamespaceNotFound`]: the server has no such namespace.
    /// - [`Error::Rpc`]: the server does not let this client in.
    /// - [`Error::Disabled`]: the configuration says not to use Temporal.
    pub async fn connect(self) -> Result<Client> {
        let client = self.open().await?;
        client.check_namespace().await?;
        Ok(client)
    }

    /// Connects, whether the namespace exists or not.
    pub(crate) async fn open(self) -> Result<Client> {
        self.filled()?.open_filled().await
    }

    /// A client that asks no server, by which workers can be checked and not run.
    #[cfg(feature = "cli")]
    pub(crate) async fn unconnected(self) -> Result<Client> {
        let (address, namespace) = self.endpoint();
        let options = ClientOptions::new(namespace).build();
        let sdk = super::relay::unconnected(options).await;
        let sdk = sdk.map_err(|error| unreachable(address.clone(), error.into()))?;
        Ok(Client {
            sdk,
            address: address.into(),
            clock: None,
            call_timeout: None,
            versioned: Arc::default(),
            options: self.options,
            config: self.config,
        })
    }

    /// The server and the namespace that it would connect to.
    pub(super) fn endpoint(&self) -> (String, String) {
        let address = self.address.clone().or_else(|| self.configured_url());
        let namespace = self.namespace.clone().or_else(|| self.configured_namespace());
        (
            address
                .or_else(|| variable("TEMPORAL_ADDRESS"))
                .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned()),
            namespace
                .or_else(|| variable("TEMPORAL_NAMESPACE"))
                .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned()),
        )
    }

    /// Checks everything about the connection that can be known without a server.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect) that come from the settings.
    #[cfg(feature = "cli")]
    pub(crate) fn check(&self) -> Result<()> {
        self.clone().filled()?.target().map(drop)
    }

    /// Returns the address, the protection of the connection to it, and the proxy on the way.
    fn target(&self) -> Result<(Address, Option<Secured>, Option<HttpConnectProxyOptions>)> {
        let (address, _) = self.endpoint();
        let address = Address::parse(&address)
            .map_err(|error| Error::InvalidAddress { address, source: error.into() })?;
        if self.api_key.as_deref().is_some_and(|key| !can_be_sent(key)) {
            return Err(unsendable("authorization"));
        }
        let secured = self.transport.secured(&address, self.api_key.is_some())?;
        let credentials = self.proxy_credentials.clone();
        let proxy = self.proxy.clone().map(|address| Proxy { address, credentials });
        Ok((address, secured, proxy.map(Proxy::options).transpose()?))
    }

    async fn open_filled(self) -> Result<Client> {
        let (_, namespace) = self.endpoint();
        let (address, secured, proxy) = self.target()?;
        let timeout = self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        let (url, tls) = match &secured {
            // The SDK has TLS made by whoever reads the URL here, as it takes a connector for the proxy.
            Some(secured) if proxy.is_some() => (address.https_url(), Some(secured.proxied())),
            secured => (address.url(), secured.as_ref().map(Secured::options)),
        };
        let connection = ConnectionOptions::new(url)
            .identity(self.identity.unwrap_or_else(default_identity))
            .connect_timeout(timeout)
            // Of a single address nothing is to be balanced, and without it errors come at once.
            .dns_load_balancing(None)
            .maybe_tls_options(tls)
            .maybe_override_origin(secured.as_ref().and_then(|secured| secured.origin(&address)))
            .maybe_http_connect_proxy(proxy.clone())
            .maybe_api_key(self.api_key)
            .maybe_headers((!self.headers.is_empty()).then(|| self.headers.into_iter().collect()))
            .build();
        let options = ClientOptions::new(namespace)
            .data_converter(typed_failures(self.data_converter.unwrap_or_default()))
            .client_interceptors(self.interceptors)
            .build();
        let connecting = async {
            let connection = io::connecting(Connection::connect(connection)).await?;
            let sdk = temporalio_client::Client::new(connection, options)?;
            Ok::<_, ClientConnectError>(Client {
                sdk,
                address: address.to_string().into(),
                clock: None,
                call_timeout: None,
                versioned: Arc::default(),
                options: self.options,
                #[cfg(feature = "config")]
                config: self.config,
            })
        };
        let error = match tokio::time::timeout(timeout, connecting).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => not_connected(address, secured, proxy.is_none(), error).await,
            Err(_) => {
                let cause = format!("it took longer than the connect timeout of {timeout:?}");
                unreachable(address.to_string(), cause.into())
            }
        };
        Err(match (error, proxy) {
            (Error::Unreachable { address, source }, Some(proxy)) => {
                unreachable(address, Box::new(Proxied { proxy: proxy.target_addr, source }))
            }
            (error, _) => error,
        })
    }
}

/// What to say of a connection that was not made.
async fn not_connected(
    address: Address,
    secured: Option<Secured>,
    is_direct: bool,
    error: ClientConnectError,
) -> Error {
    if let ClientConnectError::InvalidHeaders(error) = &error {
        return match error {
            InvalidHeaderError::InvalidAsciiHeaderKey { key, .. }
            | InvalidHeaderError::InvalidAsciiHeaderValue { key, .. }
            | InvalidHeaderError::InvalidBinaryHeaderKey { key, .. } => unsendable(key),
            _ => unsendable(""),
        };
    }
    if let ClientConnectError::SystemInfoCallError(status) = &error
        && matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied)
    {
        return Error::Rpc {
            operation: "let this client in".to_owned(),
            source: Box::new(status.clone()),
        };
    }
    let shown = address.to_string();
    if !is_direct {
        // A proxied connection cannot be diagnosed by one that goes round the proxy.
        return unreachable(shown, connect_cause(error));
    }
    let diagnosing = tokio::task::spawn_blocking(move || {
        diagnose(secured.as_ref(), &address.host, address.port)
    });
    match diagnosing.await {
        Ok(Some(problem)) => Error::Tls { address: shown, problem },
        _ => unreachable(shown, connect_cause(error)),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether a text can be the value of a header. The SDK would leave out an API key that cannot.
fn can_be_sent(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn unsendable(name: &str) -> Error {
    Error::InvalidHeader { name: name.to_owned() }
}

fn default_identity() -> String {
    let host = gethostname::gethostname();
    format!("{}@{}", std::process::id(), host.to_string_lossy())
}

pub(super) fn unreachable(address: String, source: Box<dyn StdError + Send + Sync>) -> Error {
    Error::Unreachable { address, source }
}

/// The cause without the SDK's words around it, which print the cause a second time.
fn connect_cause(error: ClientConnectError) -> Box<dyn StdError + Send + Sync> {
    match error {
        ClientConnectError::TonicTransportError(source) => source.into(),
        ClientConnectError::SystemInfoCallError(status) => status.into(),
        other => other.into(),
    }
}
