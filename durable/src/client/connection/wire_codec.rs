//! The codec of a connection, without the connection.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use temporalio_common::data_converters::{
    DataConverter, PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::ClientBuilder;
use crate::error::Result;
use crate::error::outgoing::typed_failures;
use crate::error::server_limits::ServerLimits;

/// Everything that a client does to payloads before it sends them, and after it received them.
pub(crate) struct WireCodec(DataConverter);

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

impl ClientBuilder {
    /// Returns the codec of the client, or `None` if payloads are sent as they are.
    ///
    /// # Errors
    /// [`ConnectionError::Encryption`](crate::error::ConnectionError::Encryption) if the keys of the encryption
    /// cannot be used.
    pub(crate) fn wire_codec(&self) -> Result<Option<WireCodec>> {
        let outer = self.settings.effective().outer_codec()?;
        let converter = self.data_converter.clone();
        if converter.is_none() && outer.codec.is_none() {
            return Ok(None);
        }
        let (converter, limits) = (converter.unwrap_or_default(), Arc::<ServerLimits>::default());
        Ok(Some(WireCodec(typed_failures(converter, outer, limits))))
    }
}

impl PayloadCodec for WireCodec {
    fn encode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.0.codec().encode(context, payloads)
    }

    fn decode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        self.0.codec().decode(context, payloads)
    }
}
