//! The connection to a server: its settings, its security, and the client that uses it.

mod builder;
mod client;
#[cfg_attr(not(feature = "config"), path = "unconfigured.rs")]
mod configured;
mod deadline;
mod health;
pub(super) mod io;
mod proxy;
mod security;
mod service;

pub use builder::ClientBuilder;
pub use client::Client;
pub use health::Health;
pub use security::{Pem, Tls};
pub use service::ClientService;
