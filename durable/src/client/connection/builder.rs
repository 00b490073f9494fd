//! Connecting to a Temporal server and namespace.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::interceptors::ClientInterceptor;
use temporalio_common::data_converters::DataConverter;

use super::api_key::ApiKey;
use super::connect::{self, Parts};
use super::settings::ConnectionSettings;
#[cfg(feature = "cli")]
use super::target::Target;
use crate::client::{Client, Tls};
use crate::definition::{Dependencies, debug};
use crate::error::{ConnectionError, Result};
use crate::options::ConfiguredOptions;
#[cfg(feature = "cli")]
use crate::secret::without_credentials;
use crate::settings::Settings;
use crate::tls::Transport;

/// A builder of a [`Client`]. A value that is not set comes from the given configuration, or else
/// from the environment, or else is a built-in default.
#[derive(Clone)]
#[must_use = "a builder connects only when `connect` is called"]
pub struct ClientBuilder {
    pub(crate) settings: Settings<ConnectionSettings>,
    pub(super) data_converter: Option<DataConverter>,
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
    ///
    /// `https://` means TLS, and `http://` means none. Another setting that contradicts it, wherever it
    /// comes from, is an error of [`connect`](Self::connect).
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

    /// Limits the total time of [`connect`](Self::connect), with the check of the namespace. Defaults to 10
    /// seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.connect_timeout = timeout);
        self
    }

    /// Compresses calls and their answers with gzip. Defaults to `false`.
    ///
    /// It costs much CPU time with small values, and saves bandwidth with large ones.
    pub fn compress_calls(mut self, compresses: bool) -> Self {
        self.settings.change(move |settings| settings.compress_calls = compresses);
        self
    }

    /// Encrypts the connection.
    ///
    /// By default the connection is encrypted if the configuration or `TEMPORAL_TLS` says so, if the
    /// address is an `https://` URL, or if an API key is set.
    pub fn tls(mut self, tls: Tls) -> Self {
        let transport = Transport::on(tls, "`ClientBuilder::tls`");
        self.settings.change(move |settings| settings.transport.clone_from(&transport));
        self
    }

    /// Disables TLS, also with an API key. The key is then sent in plain text.
    ///
    /// An `https://` address is then an error.
    pub fn without_tls(mut self) -> Self {
        let transport = Transport::off("`ClientBuilder::without_tls`");
        self.settings.change(move |settings| settings.transport.clone_from(&transport));
        self
    }

    /// Sets the API key that is sent with every call, for example one of Temporal Cloud.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        self.key(ApiKey::Text(key.into()))
    }

    /// Takes the API key from a file, which is read again every second. When it has changed, the calls
    /// that follow send the new key, also those of running workers.
    ///
    /// White space around the key is ignored. While the file has no valid key, the last one stays in use.
    pub fn api_key_file(self, path: impl Into<PathBuf>) -> Self {
        self.key(ApiKey::File(path.into()))
    }

    fn key(mut self, key: ApiKey) -> Self {
        let key = Some(key);
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

    /// Returns the data converter, if it is set.
    #[cfg(all(feature = "cli", feature = "testing"))]
    pub(crate) fn given_data_converter(&self) -> Option<&DataConverter> {
        self.data_converter.as_ref()
    }

    /// Sets the codecs, such as an [`Encryption`](crate::codec::Encryption), for this client and its workers.
    /// They encode what the data converter's own codec has encoded. Defaults to the configured ones
    /// (`temporal.encryption` and `temporal.compression`), which these replace.
    #[cfg(feature = "encryption")]
    pub fn codec(mut self, codecs: impl Into<crate::codec::Codecs>) -> Self {
        let codecs = codecs.into();
        self.settings.change(move |settings| settings.codecs.own = Some(codecs.clone()));
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
    /// - [`ConnectionError::TlsContradiction`]: the scheme of the address and another setting contradict
    ///   each other about TLS.
    /// - [`ConnectionError::Unreachable`]: no server answers within the connect timeout.
    /// - [`ConnectionError::NotTemporal`]: something else answers, such as a proxy in front of the server.
    /// - [`ConnectionError::ProxyRefused`]: the HTTP proxy does not connect to the server.
    /// - [`ConnectionError::InvalidHeader`]: the API key or a header cannot be sent.
    /// - [`ConnectionError::ApiKeyFile`]: the file of the API key cannot be read, or has no key.
    /// - [`ConnectionError::Tls`]: TLS could not be set up, with the reason and the fix.
    /// - [`ConnectionError::NamespaceNotFound`]: the server has no such namespace.
    /// - [`ConnectionError::Refused`]: the server does not accept the credentials of this client.
    /// - [`ConnectionError::Encryption`]: the keys for the encryption of payloads cannot be used.
    /// - [`ConnectionError::Disabled`]: Temporal is disabled in the configuration.
    pub async fn connect(self) -> Result<Client> {
        let settings = self.enabled()?;
        connect::checked(self.into_parts(), settings).await
    }

    /// Connects without checking that the namespace exists.
    #[cfg(feature = "testing")]
    pub(crate) async fn open(self) -> Result<Client> {
        let settings = self.enabled()?;
        connect::unchecked(self.into_parts(), settings).await
    }

    fn into_parts(self) -> Parts {
        let Self { data_converter, interceptors, options, attached, .. } = self;
        Parts { data_converter, interceptors, options, attached }
    }

    /// Returns a client without a connection, to check workers without running them.
    #[cfg(feature = "cli")]
    pub(crate) async fn unconnected(self) -> Result<Client> {
        let ConnectionSettings { address, namespace, .. } = self.settings.effective();
        let address = without_credentials(&address);
        let options = temporalio_client::ClientOptions::new(namespace).build();
        let sdk = crate::client::start::request_amender::unconnected(options).await;
        let sdk = sdk.map_err(|error| ConnectionError::Unreachable {
            address: address.clone(),
            source: error.into(),
        })?;
        Ok(Client::over(sdk, address, self.options, self.attached))
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
        let settings = self.enabled()?;
        settings.outer_codec()?;
        Ok(Target::new(&settings).map(drop)?)
    }
}
