//! Connecting to a Temporal server and namespace.

use std::sync::Arc;
use std::time::Duration;

use temporalio_client::errors::{ClientConnectError, InvalidHeaderError};
use temporalio_client::interceptors::ClientInterceptor;
use temporalio_client::tonic::Code;
use temporalio_client::{ClientOptions, Connection, ConnectionOptions, HttpConnectProxyOptions};
use temporalio_common::data_converters::DataConverter;

use super::proxy::{Proxy, ProxyError};
use super::security::{TlsSetup, Transport, diagnose};
use super::settings::ConnectionSettings;
use crate::address::Address;
use crate::background::CONNECTIONS;
use crate::client::{Client, Tls};
use crate::definition::{Dependencies, debug};
use crate::error::outgoing::typed_failures;
use crate::error::server_limits::ServerLimits;
use crate::error::{ConnectionError, Result, ServerError, SharedError, show_values};
use crate::options::ConfiguredOptions;
use crate::secret::without_credentials;
use crate::settings::Settings;

/// A builder of a [`Client`]. A value that is not set comes from the given configuration, or else
/// from the environment, or else is a built-in default.
#[derive(Clone)]
#[must_use = "a builder connects only when `connect` is called"]
pub struct ClientBuilder {
    pub(crate) settings: Settings<ConnectionSettings>,
    data_converter: Option<DataConverter>,
    interceptors: Vec<Arc<dyn ClientInterceptor>>,
    options: Arc<ConfiguredOptions>,
    /// Values of the rooms above, by type, which the client keeps for them.
    pub(crate) attached: Dependencies,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            settings: Settings::new(ConnectionSettings::from_environment()),
            data_converter: None,
            interceptors: Vec::new(),
            options: Arc::default(),
            attached: Dependencies::default(),
        }
    }
}

debug!([] ClientBuilder[]: attached);

impl Client {
    /// Connects to the namespace `default` of the server at `address`, such as `localhost:7233`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    pub async fn connect(address: impl Into<String>) -> Result<Self> {
        Self::builder().address(address).connect().await
    }

    /// Connects to the server at `TEMPORAL_ADDRESS` (default `localhost:7233`) and the namespace
    /// `TEMPORAL_NAMESPACE` (default `default`).
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    #[cfg(not(feature = "config"))]
    pub async fn from_env() -> Result<Self> {
        Self::builder().connect().await
    }

    /// Returns a builder, for all other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

impl ClientBuilder {
    /// Sets the server's address, as `host:port` or URL. Defaults to the configured one, or else to
    /// `TEMPORAL_ADDRESS`, or else to `localhost:7233`.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.settings.change(move |settings| settings.address.clone_from(&address));
        self
    }

    /// Sets the namespace. Defaults to the configured one, or else to `TEMPORAL_NAMESPACE`, or else
    /// to `default`.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        let namespace = namespace.into();
        self.settings.change(move |settings| settings.namespace.clone_from(&namespace));
        self
    }

    /// Sets the identity of this process, which is shown in histories. Defaults to `pid@host`.
    pub fn identity(mut self, identity: impl Into<String>) -> Self {
        let identity = Some(identity.into());
        self.settings.change(move |settings| settings.identity.clone_from(&identity));
        self
    }

    /// Limits the total time of [`connect`](Self::connect). Defaults to 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.connect_timeout = timeout);
        self
    }

    /// Encrypts the connection.
    ///
    /// By default the connection is encrypted if the address is an `https://` URL or an API key is
    /// set.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.settings.change(move |settings| settings.transport = Transport::Tls(tls.clone()));
        self
    }

    /// Disables TLS, also with an API key. The key is then sent in plain text.
    pub fn without_tls(mut self) -> Self {
        self.settings.change(|settings| settings.transport = Transport::Plaintext);
        self
    }

    /// Sets the API key that is sent with every call, for example one of Temporal Cloud.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        let key = Some(key.into());
        self.settings.change(move |settings| settings.api_key.clone_from(&key));
        self
    }

    /// Adds a gRPC header that is sent with every call.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.settings.change(move |settings| {
            settings.headers.insert(name.clone(), value.clone());
        });
        self
    }

    /// Reaches the server through an HTTP proxy, by the method `CONNECT`.
    ///
    /// The address is `host:port`. Defaults to the configured proxy, or else to none.
    ///
    /// The connection to the proxy is not encrypted. TLS to the server works as without a proxy,
    /// except that a client certificate is read once per connection, and not again while the
    /// connection lasts.
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        let proxy = Some(address.into());
        self.settings.change(move |settings| settings.proxy.clone_from(&proxy));
        self
    }

    /// Sets the user and the password for the proxy (basic authentication).
    pub fn proxy_credentials(
        mut self,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        let credentials = Some((user.into(), password.into()));
        self.settings.change(move |settings| settings.proxy_credentials.clone_from(&credentials));
        self
    }

    /// Sets options for workflows and activities, which their annotations override. Workers of this
    /// client use them too.
    pub fn configured_options(mut self, options: ConfiguredOptions) -> Self {
        self.options = Arc::new(options);
        self
    }

    /// Sets the data converter, which converts values to payloads. Defaults to JSON. Workers of
    /// this client use it too.
    pub fn data_converter(mut self, converter: DataConverter) -> Self {
        self.data_converter = Some(converter);
        self
    }

    /// Adds an interceptor. The first one that is added is the outermost.
    pub fn interceptor(mut self, interceptor: impl ClientInterceptor) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Connects to the server and checks that the namespace exists.
    ///
    /// The client can be used from any Tokio runtime, also after the one that it was created on has
    /// ended.
    ///
    /// # Errors
    /// - [`ConnectionError::InvalidAddress`]: the address, or that of the proxy, is neither `host:port` nor a URL.
    /// - [`ConnectionError::Unreachable`]: no server answers within the connect timeout.
    /// - [`ConnectionError::InvalidHeader`]: the API key or a header cannot be sent.
    /// - [`ConnectionError::Tls`]: TLS could not be set up, with the reason and the fix.
    /// - [`ConnectionError::NamespaceNotFound`]: the server has no such namespace.
    /// - [`ConnectionError::Refused`]: the server does not accept the credentials of this client.
    /// - [`ConnectionError::Disabled`]: Temporal is disabled in the configuration.
    pub async fn connect(self) -> Result<Client> {
        let client = self.open().await?;
        client.check_namespace().await?;
        Ok(client)
    }

    /// Connects without checking that the namespace exists.
    pub(crate) async fn open(self) -> Result<Client> {
        let settings = self.enabled()?;
        self.open_with(settings).await
    }

    /// Returns a client without a connection, to check workers without running them.
    #[cfg(feature = "cli")]
    pub(crate) async fn unconnected(self) -> Result<Client> {
        let ConnectionSettings { address, namespace, .. } = self.settings.effective();
        let address = without_credentials(&address);
        let options = ClientOptions::new(namespace).build();
        let sdk = crate::client::start::request_amender::unconnected(options).await;
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
            options: self.options,
            attached: Arc::new(self.attached),
            limits: Arc::default(),
        })
    }

    /// Returns the settings of the connection.
    ///
    /// # Errors
    /// [`ConnectionError::Disabled`] if one of them disables Temporal.
    fn enabled(&self) -> Result<ConnectionSettings> {
        let settings = self.settings.effective();
        if settings.enabled {
            Ok(settings)
        } else {
            Err(ConnectionError::Disabled { by: settings.disabled_by }.into())
        }
    }

    /// Checks the settings of the connection without a server.
    ///
    /// # Errors
    /// The errors of [`connect`](Self::connect) that are caused by the settings.
    #[cfg(feature = "cli")]
    pub(crate) fn check(&self) -> Result<()> {
        target(&self.enabled()?).map(drop)
    }

    async fn open_with(self, settings: ConnectionSettings) -> Result<Client> {
        let (address, secured, proxy) = target(&settings)?;
        if let Some(show) = settings.show_values {
            show_values(show);
        }
        let timeout = settings.connect_timeout;
        let (url, tls) = match &secured {
            // With a proxy the SDK 1.1.1 uses a connector, for which only an `https` URL enables
            // TLS.
            Some(secured) if proxy.is_some() => (address.https_url(), Some(secured.proxied())),
            secured => (address.url(), secured.as_ref().map(TlsSetup::options)),
        };
        let connection = ConnectionOptions::new(url)
            .identity(settings.identity.unwrap_or_else(default_identity))
            .connect_timeout(timeout)
            // A single address needs no balancing, and without it errors are reported at once.
            .dns_load_balancing(None)
            .maybe_tls_options(tls)
            .maybe_override_origin(secured.as_ref().and_then(|secured| secured.origin(&address)))
            .maybe_http_connect_proxy(proxy.clone())
            .maybe_api_key(settings.api_key)
            .maybe_headers(
                (!settings.headers.is_empty()).then(|| settings.headers.into_iter().collect()),
            )
            .build();
        let limits = Arc::<ServerLimits>::default();
        let converter = self.data_converter.unwrap_or_default();
        let options = ClientOptions::new(settings.namespace)
            .data_converter(typed_failures(converter, Arc::clone(&limits)))
            .client_interceptors(self.interceptors)
            .build();
        let connecting = async {
            let connection = CONNECTIONS.run(Connection::connect(connection)).await?;
            let sdk = temporalio_client::Client::new(connection, options)?;
            Ok::<_, ClientConnectError>(Client {
                sdk,
                address: address.to_string().into(),
                clock: None,
                call_timeout: None,
                versioned: Arc::default(),
                options: self.options,
                attached: Arc::new(self.attached),
                limits,
            })
        };
        let error = match tokio::time::timeout(timeout, connecting).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => not_connected(address, secured, proxy.is_none(), error).await,
            Err(_) => {
                let cause =
                    format!("connecting took longer than the connect timeout of {timeout:?}");
                ConnectionError::Unreachable { address: address.to_string(), source: cause.into() }
            }
        };
        Err(match (error, proxy) {
            (ConnectionError::Unreachable { address, source }, Some(proxy)) => {
                let source = ProxyError { proxy: proxy.target_addr, source }.into();
                ConnectionError::Unreachable { address, source }
            }
            (error, _) => error,
        }
        .into())
    }
}

/// Returns the address, and the options for TLS and for the proxy.
fn target(
    settings: &ConnectionSettings,
) -> Result<(Address, Option<TlsSetup>, Option<HttpConnectProxyOptions>)> {
    let address = &settings.address;
    let address = Address::parse(address).map_err(|error| ConnectionError::InvalidAddress {
        address: without_credentials(address),
        source: error.into(),
    })?;
    if settings.api_key.as_deref().is_some_and(|key| !is_valid_header_value(key)) {
        return Err(invalid_header("authorization").into());
    }
    let secured = settings.transport.tls_setup(&address, settings.api_key.is_some())?;
    let credentials = settings.proxy_credentials.clone();
    let proxy = settings.proxy.clone().map(|address| Proxy { address, credentials });
    Ok((address, secured, proxy.map(Proxy::options).transpose()?))
}

/// Returns the error of a failed connection.
async fn not_connected(
    address: Address,
    secured: Option<TlsSetup>,
    is_direct: bool,
    error: ClientConnectError,
) -> ConnectionError {
    if let ClientConnectError::InvalidHeaders(error) = &error {
        return match error {
            InvalidHeaderError::InvalidAsciiHeaderKey { key, .. }
            | InvalidHeaderError::InvalidAsciiHeaderValue { key, .. }
            | InvalidHeaderError::InvalidBinaryHeaderKey { key, .. } => invalid_header(key),
            _ => invalid_header(""),
        };
    }
    if let ClientConnectError::SystemInfoCallError(status) = &error
        && matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied)
    {
        let cause = ServerError::from(status.clone());
        return ConnectionError::Refused { address: address.to_string(), cause };
    }
    let shown = address.to_string();
    if !is_direct {
        // The diagnosis would connect without the proxy.
        return ConnectionError::Unreachable { address: shown, source: connect_cause(error) };
    }
    let diagnosing = tokio::task::spawn_blocking(move || {
        diagnose(secured.as_ref(), &address.host, address.port)
    });
    match diagnosing.await {
        Ok(Some(problem)) => ConnectionError::Tls { address: shown, problem },
        _ => ConnectionError::Unreachable { address: shown, source: connect_cause(error) },
    }
}

/// Returns whether a text is a valid header value. The SDK 1.1.1 silently drops an invalid API key.
fn is_valid_header_value(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn invalid_header(name: &str) -> ConnectionError {
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
