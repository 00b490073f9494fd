//! A chain of codecs.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::compression::Compression;
use super::encryption::Encryption;
use crate::definition::{caught, caught_async};
use crate::error::CodecError;
use crate::error::codec::Outer;
use crate::error::payload_limit::{MeasureSent, Sending};

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

/// A chain of codecs. Payloads are encoded by the first codec first, and decoded by the last one first.
///
/// It is cheap to clone. A program's own codec can stand anywhere in the chain. Compression belongs before
/// encryption, because encrypted data cannot be compressed.
///
/// ```
/// use durable::codec::{Codecs, Compression, Encryption, Key};
///
/// let encryption = Encryption::builder().key("k1", Key::generate()).active("k1").build()?;
/// let codecs = Codecs::new().then(Compression::zstd()).then(encryption);
/// assert!(codecs.encodes_failures());
/// # Ok::<_, durable::codec::EncryptionError>(())
/// ```
#[derive(Clone, Default)]
pub struct Codecs {
    steps: Vec<Step>,
    encodes_failures: Option<bool>,
}

#[derive(Clone)]
enum Step {
    Compression(Compression),
    Encryption(Encryption),
    /// A codec of the program.
    Own(Arc<dyn PayloadCodec + Send + Sync>),
}

impl Codecs {
    /// Creates an empty chain, which leaves payloads as they are.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a codec: an [`Encryption`], a [`Compression`], or the program's own. It encodes what the codecs
    /// before it have encoded.
    ///
    /// The program's own codec must return as many payloads as it gets. Its panics are caught.
    #[must_use]
    pub fn then(mut self, codec: impl PayloadCodec + Send + Sync + 'static) -> Self {
        let mut slot = Some(codec);
        let any: &mut dyn Any = &mut slot;
        let step = if let Some(encryption) = any.downcast_mut::<Option<Encryption>>() {
            encryption.take().map(Step::Encryption)
        } else if let Some(compression) = any.downcast_mut::<Option<Compression>>() {
            compression.take().map(Step::Compression)
        } else if let Some(codecs) = any.downcast_mut::<Option<Self>>() {
            if let Some(codecs) = codecs.take() {
                self.steps.extend(codecs.steps);
                self.encodes_failures = codecs.encodes_failures.or(self.encodes_failures);
            }
            None
        } else {
            slot.map(|codec| Step::Own(Arc::new(codec)))
        };
        self.steps.extend(step);
        self
    }

    /// Sets whether the messages and stack traces of failures are encoded too. Defaults to true if the chain
    /// has an [`Encryption`]. Set it if the program's own codec encrypts.
    #[must_use]
    pub fn encode_failures(mut self, encode: bool) -> Self {
        self.encodes_failures = Some(encode);
        self
    }

    /// Returns `true` if the messages and stack traces of failures are encoded.
    #[must_use]
    pub fn encodes_failures(&self) -> bool {
        let encrypts = |step: &Step| match step {
            Step::Encryption(encryption) => encryption.encrypts(),
            Step::Compression(_) | Step::Own(_) => false,
        };
        let encrypts = || self.steps.iter().any(encrypts);
        self.encodes_failures.unwrap_or_else(encrypts)
    }

    /// Returns the chain as the codec outside of the one of a data converter.
    pub(crate) fn into_outer(self) -> Outer {
        let hides_failures = self.encodes_failures();
        if self.is_empty() {
            return Outer::default();
        }
        let codecs = Arc::new(self);
        let sending = Sending { codecs: Some(Arc::clone(&codecs) as _), hides_failures };
        Outer { codec: Some(codecs), sending }
    }

    /// Returns `true` if the chain has no codec.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl From<Encryption> for Codecs {
    fn from(encryption: Encryption) -> Self {
        Self::new().then(encryption)
    }
}

impl From<Compression> for Codecs {
    fn from(compression: Compression) -> Self {
        Self::new().then(compression)
    }
}

impl PayloadCodec for Codecs {
    fn encode(&self, context: &SerializationContextData, mut payloads: Vec<Payload>) -> Coded {
        let (steps, context) = (self.steps.clone(), context.clone());
        async move {
            for step in &steps {
                payloads = step.encode(&context, payloads).await?;
            }
            Ok(payloads)
        }
        .boxed()
    }

    fn decode(&self, context: &SerializationContextData, mut payloads: Vec<Payload>) -> Coded {
        let (steps, context) = (self.steps.clone(), context.clone());
        async move {
            for step in steps.iter().rev() {
                payloads = step.decode(&context, payloads).await?;
            }
            Ok(payloads)
        }
        .boxed()
    }
}

impl Step {
    async fn encode(
        &self,
        context: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        match self {
            Self::Compression(compression) => Ok(compression.compress(payloads)),
            Self::Encryption(encryption) => Ok(encryption.encrypt(payloads).await?),
            Self::Own(codec) => {
                let count = payloads.len();
                own(count, || codec.encode(context, payloads)).await
            }
        }
    }

    async fn decode(
        &self,
        context: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        match self {
            Self::Compression(compression) => Ok(compression.decompress(payloads)?),
            Self::Encryption(encryption) => Ok(encryption.decrypt(payloads).await?),
            Self::Own(codec) => {
                let count = payloads.len();
                own(count, || codec.decode(context, payloads)).await
            }
        }
    }
}

/// Calls the program's own codec.
async fn own(
    count: usize,
    start: impl FnOnce() -> Coded,
) -> Result<Vec<Payload>, PayloadConversionError> {
    let panicked = |message| CodecError::Failed { problem: format!("it panicked: {message}") };
    let coded = caught_async(caught(start).map_err(panicked)?).await.map_err(panicked)??;
    if coded.len() == count {
        return Ok(coded);
    }
    let problem = format!("it returned {} payloads for {count}", coded.len());
    Err(CodecError::Failed { problem }.into())
}

impl MeasureSent for Codecs {
    fn size(&self, payloads: &[Payload]) -> usize {
        let mut payloads = payloads.to_vec();
        let mut added = 0;
        for step in &self.steps {
            match step {
                Step::Compression(compression) => payloads = compression.compress(payloads),
                Step::Encryption(encryption) => added += encryption.overhead() * payloads.len(),
                // Unknown; the codecs of a program are measured as if they changed nothing.
                Step::Own(_) => {}
            }
        }
        let sizes =
            payloads.iter().map(|payload| prost::encoding::message::encoded_len(1, payload));
        sizes.sum::<usize>() + added
    }

    fn encode_now(&self, payload: Payload) -> Option<Payload> {
        let context = SerializationContextData::None;
        let encoded = self.encode(&context, vec![payload]).now_or_never()?;
        encoded.ok()?.into_iter().next()
    }

    fn overhead(&self, payloads: usize) -> usize {
        let of_step = |step: &Step| match step {
            Step::Encryption(encryption) => encryption.overhead() * payloads,
            Step::Compression(_) | Step::Own(_) => 0,
        };
        self.steps.iter().map(of_step).sum()
    }
}

impl fmt::Debug for Codecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for step in &self.steps {
            match step {
                Step::Compression(compression) => list.entry(compression),
                Step::Encryption(encryption) => list.entry(encryption),
                Step::Own(_) => list.entry(&"a codec of the program"),
            };
        }
        list.finish()
    }
}
