//! A codec server: Temporal's remote codec protocol, by which the web UI and the `temporal` command show
//! encoded values.
//!
//! The keys stay on the server. A browser sends encoded payloads to `POST /decode`, and gets plain ones.
//! The command `codec-server` of a program's command line starts one, and `dev --codec` starts one with the
//! web UI of the dev server. This module is for programs that start their own:
//!
//! ```no_run
//! # async fn example(
//! #     codec: impl durable::sdk::temporalio_common::data_converters::PayloadCodec + Send + Sync + 'static,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use durable::codec::server::{self, CodecServer, Jwt};
//!
//! let service = server::service(codec)
//!     .allow_origin("https://temporal.example.com")
//!     .jwt(Jwt::new("https://login.example.com/.well-known/jwks.json").audience("temporal-codec"));
//! let server = CodecServer::builder(service)
//!     .address("0.0.0.0:8443")
//!     .tls(
//!         std::path::Path::new("/run/secrets/codec.pem"),
//!         std::path::Path::new("/run/secrets/codec.key"),
//!     )
//!     .start()
//!     .await?;
//! println!("codec endpoint: {}", server.url());
//! # Ok(())
//! # }
//! ```
//!
//! [`CodecService::router`] is the same as a router of axum, for a program that has a web server:
//!
//! ```no_run
//! # fn example(service: durable::codec::server::CodecService)
//! #     -> Result<(), durable::codec::server::CodecServerError> {
//! use durable::codec::server::axum::Router;
//!
//! let app: Router = Router::new().nest("/codec", service.router()?);
//! # Ok(())
//! # }
//! ```
//!
//! # Protocol
//! `POST /encode` and `POST /decode` take and return the JSON of protobuf's `Payloads`. Only the end of the
//! path counts, so `/orders/decode` and the header `X-Namespace: orders` are the ways to name a namespace.
//! `GET /health` needs no authorization. Errors are JSON with the reason: `{"error": "..."}`. The reason
//! names encodings and key ids, and has no values.

mod access;
mod answer;
mod coding;
mod cors;
mod error;
mod failures;
mod jwks;
mod jwt;
mod listen;
mod protocol;
mod service;
mod token;

pub use access::{Access, Denied, Operation};
pub use error::CodecServerError;
pub use jwt::Jwt;
pub use listen::{CodecServer, CodecServerBuilder};
pub use service::{CodecService, service};

/// The crate of the router.
pub use axum;
