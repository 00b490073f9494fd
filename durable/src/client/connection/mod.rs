//! The connection to a server: its settings, its security, and the client that uses it.

mod builder;
mod client;
mod deadline;
mod health;
mod proxy;
mod security;
mod service;
mod settings;

pub use builder::ClientBuilder;
pub use client::Client;
pub use health::Health;
#[cfg(feature = "config")]
pub(crate) use security::Transport;
pub use security::{Pem, Tls};
pub use service::ClientService;
#[cfg(feature = "config")]
pub(crate) use settings::ConnectionSettings;
