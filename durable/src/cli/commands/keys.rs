//! `keys`: keys for the encryption of payloads.

use clap::Subcommand;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::line;
use crate::codec::Key;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Keys {
    /// Prints a new random key, as the Base64 of its 32 bytes
    ///
    /// Store it in a secret store, in a file that only its owner can read, or in a variable, and name it in
    /// the configuration under `temporal.encryption.keys`. Whoever has it reads every payload.
    Generate,
}

impl Keys {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Generate => {
                let key = Key::generate().to_base64();
                context.output().show(&json!({ "key": key }), || line(&key))
            }
        }
    }
}
