//! Codecs: one that works, and those that don't.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use durable::sdk::temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable_tests::plugged;
use futures_util::future::BoxFuture;

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

/// The codec that seals and opens.
pub(crate) struct Opening;

impl PayloadCodec for Opening {
    fn encode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(payloads.into_iter().map(plugged::seal).collect()) })
    }

    fn decode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(payloads.into_iter().map(plugged::open).collect()) })
    }
}

/// The codec that opens, and counts the calls that run at once.
#[derive(Default)]
pub(crate) struct Counting {
    running: Arc<AtomicU32>,
    most: Arc<AtomicU32>,
}

impl Counting {
    /// The largest number of calls that ran at once.
    pub(crate) fn most(&self) -> u32 {
        self.most.load(Ordering::Relaxed)
    }

    fn count(&self, coding: Coded) -> Coded {
        let (running, most) = (Arc::clone(&self.running), Arc::clone(&self.most));
        Box::pin(async move {
            most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            running.fetch_sub(1, Ordering::Relaxed);
            coding.await
        })
    }
}

impl PayloadCodec for Counting {
    fn encode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.count(Opening.encode(context, payloads))
    }

    fn decode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.count(Opening.decode(context, payloads))
    }
}

/// A codec that fails in one way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failing {
    /// It returns an error that quotes the payload.
    Quoting,
    PanicsAtOnce,
    PanicsLater,
    Loses,
    WrongEncoding,
    Hangs,
}

impl Failing {
    fn fail(self, payloads: &[Payload]) -> Coded {
        let data = String::from_utf8_lossy(&payloads[0].data).into_owned();
        match self {
            Self::Quoting => Box::pin(async move {
                Err(PayloadConversionError::EncodingError(format!("cannot read {data}").into()))
            }),
            Self::PanicsAtOnce => panic!("{data}"),
            Self::PanicsLater => Box::pin(async move {
                tokio::task::yield_now().await;
                panic!("{data}")
            }),
            Self::Loses => Box::pin(async { Ok(Vec::new()) }),
            Self::WrongEncoding => Box::pin(async { Err(PayloadConversionError::WrongEncoding) }),
            Self::Hangs => Box::pin(async {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(Vec::new())
            }),
        }
    }
}

impl PayloadCodec for Failing {
    fn encode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.fail(&payloads)
    }

    fn decode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.fail(&payloads)
    }
}
