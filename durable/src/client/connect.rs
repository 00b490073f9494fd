//! The connection to a Temporal server and namespace.

use std::env;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use temporalio_client::errors::ClientConnectError;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::interceptors::ClientInterceptor;
use temporalio_client::tonic::{Code, IntoRequest as _};
use temporalio_client::{ClientOptions, Connection, ConnectionOptions, NamespacedClient as _};
use temporalio_common::data_converters::DataConverter;
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeNamespaceRequest;
use url::Url;

use super::clock::Clock;
use crate::error::outgoing::typed_failures;
use crate::error::{Error, Result};

const DEFAULT_ADDRESS: &str = "localhost:7233";
const DEFAULT_NAMESPACE: &str = "default";
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to a Temporal server, bound to one namespace.
///
/// It is cheap to clone and to share between tasks; clones share the connection, which comes back by
/// itself when the server does.
#[derive(Clone)]
pub struct Client {
    sdk: temporalio_client::Client,
    address: Arc<str>,
    clock: Option<Arc<dyn Clock>>,
    /// Whether workers of a deployment version use this connection.
    versioned: Arc<AtomicBool>,
}

impl Client {
    /// Connects to the namespace `default` of the server at `address`, such as `localhost:7233`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    pub async fn connect(address: impl Into<String>) -> Result<Self> {
        Self::builder().address(address).connect().await
    }

    /// Connects to where the environment says: `TEMPORAL_ADDRESS`, or else `localhost:7233`, and
    /// `TEMPORAL_NAMESPACE`, or else `default`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    pub async fn from_env() -> Result<Self> {
        Self::builder().connect().await
    }

    /// A builder, for everything else.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The server's address, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The namespace that this client is bound to.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.sdk.options().namespace
    }

    /// The same client, of whose workflows' time a clock decides.
    #[cfg(feature = "testing")]
    pub(crate) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    pub(super) fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    /// Workers of a deployment version use this connection from now on.
    pub(crate) fn serves_a_version(&self) {
        self.versioned.store(true, Ordering::Relaxed);
    }

    /// Whether a start may hand its first task to a worker of this process. The server does not look
    /// at that worker's deployment version then, and the workflow would begin on one that is not
    /// current.
    pub(super) fn may_start_eagerly(&self) -> bool {
        !self.versioned.load(Ordering::Relaxed)
    }

    /// A caller begins to wait for the result of a workflow.
    pub(super) async fn waiting(&self, workflow_id: &str) {
        if let Some(clock) = &self.clock {
            clock.waiting(workflow_id).await;
        }
    }

    /// The SDK's client, for what this crate does not cover.
    #[must_use]
    pub fn sdk(&self) -> &temporalio_client::Client {
        &self.sdk
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.address)
            .field("namespace", &self.namespace())
            .finish_non_exhaustive()
    }
}

/// What a [`Client`] is made of. What is not set comes from the environment or is built in.
#[derive(Clone, Default)]
#[must_use = "a builder connects only when `connect` is called"]
pub struct ClientBuilder {
    address: Option<String>,
    namespace: Option<String>,
    identity: Option<String>,
    connect_timeout: Option<Duration>,
    data_converter: Option<DataConverter>,
    interceptors: Vec<Arc<dyn ClientInterceptor>>,
}

impl ClientBuilder {
    /// The server's address as `host:port` or URL; without it `TEMPORAL_ADDRESS`, or else
    /// `localhost:7233`.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The namespace; without it `TEMPORAL_NAMESPACE`, or else `default`.
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
    /// # Errors
    /// - [`Error::InvalidAddress`]: the address is neither `host:port` nor a URL.
    /// - [`Error::Unreachable`]: no server answers within the connect timeout.
    /// - [`Error::NamespaceNotFound`]: the server has no such namespace.
    pub async fn connect(self) -> Result<Client> {
        let client = self.open().await?;
        client.check_namespace().await?;
        Ok(client)
    }

    /// Connects, whether the namespace exists or not.
    pub(crate) async fn open(self) -> Result<Client> {
        let address = self
            .address
            .or_else(|| variable("TEMPORAL_ADDRESS"))
            .unwrap_or_else(|| DEFAULT_ADDRESS.to_owned());
        let namespace = self
            .namespace
            .or_else(|| variable("TEMPORAL_NAMESPACE"))
            .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned());
        let (target, address) = parse(&address)?;
        let timeout = self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        let connection = ConnectionOptions::new(target)
            .identity(self.identity.unwrap_or_else(default_identity))
            .connect_timeout(timeout)
            // Of a single address nothing is to be balanced, and without it errors come at once.
            .dns_load_balancing(None)
            .build();
        let options = ClientOptions::new(namespace)
            .data_converter(typed_failures(self.data_converter.unwrap_or_default()))
            .client_interceptors(self.interceptors)
            .build();
        let connecting = async {
            let connection = Connection::connect(connection).await?;
            let sdk = temporalio_client::Client::new(connection, options)?;
            Ok::<_, ClientConnectError>(Client {
                sdk,
                address: address.as_str().into(),
                clock: None,
                versioned: Arc::default(),
            })
        };
        match tokio::time::timeout(timeout, connecting).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => Err(unreachable(address, connect_cause(error))),
            Err(_) => {
                let cause = format!("it took longer than the connect timeout of {timeout:?}");
                Err(unreachable(address, cause.into()))
            }
        }
    }
}

impl Client {
    /// A namespace that does not exist would show only at the first start, and as a hanging worker.
    async fn check_namespace(&self) -> Result<()> {
        let request = DescribeNamespaceRequest {
            namespace: self.sdk.namespace(),
            ..DescribeNamespaceRequest::default()
        };
        match self.sdk.clone().describe_namespace(request.into_request()).await {
            Err(status) if status.code() == Code::NotFound => Err(Error::NamespaceNotFound {
                namespace: self.sdk.namespace(),
                address: self.address.to_string(),
            }),
            Err(status) if status.code() == Code::Unavailable => {
                Err(unreachable(self.address.to_string(), Box::new(status)))
            }
            // A caller may lack the right to describe the namespace that it may use.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The URL to connect to, and the address as a person writes it.
fn parse(address: &str) -> Result<(Url, String)> {
    let url =
        if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let invalid = |source: Box<dyn StdError + Send + Sync>| Error::InvalidAddress {
        address: address.to_owned(),
        source,
    };
    let url = Url::parse(&url).map_err(|error| invalid(error.into()))?;
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(_)) if address.contains("://") || url.port().is_some() => {
            let shown = url.port_or_known_default().map_or_else(String::new, |p| format!(":{p}"));
            Ok((url.clone(), format!("{host}{shown}")))
        }
        _ => Err(invalid("it has no port".into())),
    }
}

fn default_identity() -> String {
    let host = gethostname::gethostname();
    format!("{}@{}", std::process::id(), host.to_string_lossy())
}

fn unreachable(address: String, source: Box<dyn StdError + Send + Sync>) -> Error {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port_or_a_url() {
        let shown = |address: &str| parse(address).map(|(_, shown)| shown);
        assert_eq!(shown("localhost:7233").unwrap(), "localhost:7233");
        assert_eq!(shown("127.0.0.1:1").unwrap(), "127.0.0.1:1");
        assert_eq!(shown("[::1]:7233").unwrap(), "[::1]:7233");
        assert_eq!(shown("http://temporal:7233").unwrap(), "temporal:7233");
        for bad in ["localhost", "", "local host:7233", "localhost:70000"] {
            let error = shown(bad).unwrap_err();
            assert!(matches!(error, Error::InvalidAddress { .. }), "{bad}: {error}");
            assert!(error.to_string().contains("host:port"), "{error}");
        }
    }
}
