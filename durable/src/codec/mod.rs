//! Encryption and compression of everything that is sent to the server.
//!
//! With [`Encryption`] no value of the user leaves the process in plain text: inputs, outputs, signals,
//! queries, updates, memos, heartbeats, headers, summaries, and the messages, stack traces and details of
//! failures. Ids, type names, queue names and search attributes stay plain, because the server needs them.
//! `docs/encryption.md` is the guide.
//!
//! The configuration `temporal.encryption` is enough for clients, workers, the command line, test
//! environments and replay. A program can also set the codecs itself:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use durable::Client;
//! use durable::codec::{Codecs, Compression, Encryption, Key};
//!
//! let encryption = Encryption::builder()
//!     .key("k1", Key::from_file("/run/secrets/k1")?)
//!     .key("k2", Key::from_file("/run/secrets/k2")?)
//!     .active("k2")                       // `k1` only decrypts
//!     .build()?;
//! let codecs = Codecs::new().then(Compression::zstd().above(4096)).then(encryption);
//! let client = Client::builder().codec(codecs).connect().await?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```

mod chain;
mod compression;
mod encryption;
#[cfg(feature = "codec-server")]
pub mod server;
mod settings;

pub use chain::Codecs;
pub use compression::Compression;
#[cfg(feature = "config")]
pub(crate) use encryption::KeySource;
pub use encryption::{
    DataKey, Encryption, EncryptionBuilder, EncryptionError, EncryptionProblem, Key, KeyError,
    KeyProvider, KeyService,
};
pub(crate) use settings::CodecSettings;

pub use crate::error::CodecError;
