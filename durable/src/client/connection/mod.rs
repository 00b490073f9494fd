//! The connection to a server: its settings, its security, and the client that uses it.

mod again;
mod answer;
mod api_key;
mod builder;
mod client;
mod connect;
mod deadline;
mod diagnosis;
mod health;
mod proxy;
mod service;
mod settings;
mod target;
#[cfg(all(feature = "cli", feature = "codec-server"))]
mod wire_codec;

#[cfg(feature = "config")]
pub(crate) use api_key::ApiKey;
pub use builder::ClientBuilder;
pub use client::Client;
pub use health::Health;
pub(crate) use health::{ServerAnswer, is_refusal, is_transient};
pub use service::ClientService;
#[cfg(feature = "config")]
pub(crate) use settings::ConnectionSettings;

pub use crate::tls::{Pem, Tls};
#[cfg(feature = "config")]
pub(crate) use crate::tls::{Switch, Transport};
