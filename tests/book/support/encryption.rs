//! A key service that keeps its keys in memory, a workflow that writes letters, and a codec.

use std::sync::{Arc, Mutex};

use durable::prelude::*;
use durable::codec::Key;

#[derive(Debug, Clone, Copy)]
pub struct Kms;

#[derive(Debug, thiserror::Error)]
#[error("the key service does not answer")]
pub struct KmsError;

pub struct Created {
    pub plaintext: [u8; 32],
    pub key_id: String,
    pub ciphertext: Vec<u8>,
}

impl Kms {
    pub fn new() -> Self {
        Self
    }

    pub fn generate_data_key(&self) -> impl Future<Output = Result<Created, KmsError>> + Send {
        async { Ok(Created { plaintext: [7; 32], key_id: "k".into(), ciphertext: vec![7; 32] }) }
    }

    pub fn decrypt(
        &self,
        _key_id: &str,
        wrapped: &[u8],
    ) -> impl Future<Output = Result<Option<[u8; 32]>, KmsError>> + Send {
        let key = wrapped.try_into().ok();
        async move { Ok(key) }
    }
}

#[workflow(queue = "book-letters")]
#[derive(Default)]
pub struct LetterWorkflow;

#[workflow_methods]
impl LetterWorkflow {
    #[run]
    async fn run(_ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(format!("{text}, signed"))
    }
}

/// A store of bytes in memory.
#[derive(Debug, Clone, Default)]
pub struct Store(Arc<Mutex<Vec<Vec<u8>>>>);

#[derive(Debug, thiserror::Error)]
#[error("the store does not answer")]
pub struct StoreError;

impl Store {
    pub async fn connect() -> Result<Self, StoreError> {
        Ok(Self::default())
    }

    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, StoreError> {
        let mut values = self.0.lock().map_err(|_| StoreError)?;
        values.push(bytes);
        Ok((values.len() - 1).to_string())
    }

    pub async fn get(&self, key: &[u8]) -> Result<Vec<u8>, StoreError> {
        let place: usize = str::from_utf8(key).ok().and_then(|key| key.parse().ok()).ok_or(StoreError)?;
        self.0.lock().map_err(|_| StoreError)?.get(place).cloned().ok_or(StoreError)
    }
}
