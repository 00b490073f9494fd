//! Compression of payloads.

use std::io::Read as _;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use prost::Message as _;
use temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::error::CodecError;

const ENCODING: &str = "encoding";
const ZSTD: &[u8] = b"binary/zstd";

/// A codec that compresses large payloads with zstd.
///
/// The form is that of the Go SDK's codec for zlib, with another algorithm: the metadata is `encoding: binary/zstd`
/// alone, and the data is the compressed form of the serialized payload.
///
/// A payload that does not become smaller stays as it is. Payloads that are not compressed are read as they
/// are. It stands before an [`Encryption`](super::Encryption) in a chain.
#[derive(Debug, Clone)]
pub struct Compression {
    above: usize,
    level: i32,
    max_decompressed: usize,
}

impl Compression {
    /// Returns zstd compression of payloads above 1 KiB, at level 3.
    #[must_use]
    pub fn zstd() -> Self {
        Self { above: 1024, level: 3, max_decompressed: 64 * 1024 * 1024 }
    }

    /// Returns a codec that compresses nothing, and reads what others have compressed.
    #[must_use]
    pub fn only_read() -> Self {
        Self::zstd().above(usize::MAX)
    }

    /// Sets the size in bytes above which a payload is compressed. Defaults to 1024.
    #[must_use]
    pub fn above(mut self, bytes: usize) -> Self {
        self.above = bytes;
        self
    }

    /// Sets the level, from 1 (fast) to 22 (small). Defaults to 3. Other values become the nearest of these.
    #[must_use]
    pub fn level(mut self, level: i32) -> Self {
        self.level = level.clamp(1, 22);
        self
    }

    /// Sets the size in bytes up to which payloads are decompressed. Defaults to 64 MiB.
    ///
    /// It protects workers from small payloads that become huge.
    #[must_use]
    pub fn max_decompressed(mut self, bytes: usize) -> Self {
        self.max_decompressed = bytes;
        self
    }

    /// Compresses the payloads that are large enough.
    pub(super) fn compress(&self, payloads: Vec<Payload>) -> Vec<Payload> {
        payloads.into_iter().map(|payload| self.compressed(payload)).collect()
    }

    fn compressed(&self, payload: Payload) -> Payload {
        let size = payload.encoded_len();
        if size <= self.above {
            return payload;
        }
        let Ok(data) = zstd::bulk::compress(&payload.encode_to_vec(), self.level) else {
            return payload;
        };
        let metadata = [(ENCODING.to_owned(), ZSTD.to_vec())].into();
        let compressed = Payload { metadata, data, ..Payload::default() };
        if compressed.encoded_len() < size { compressed } else { payload }
    }

    /// Decompresses the payloads that are compressed.
    pub(super) fn decompress(&self, payloads: Vec<Payload>) -> Result<Vec<Payload>, CodecError> {
        payloads.into_iter().map(|payload| self.decompressed(payload)).collect()
    }

    fn decompressed(&self, payload: Payload) -> Result<Payload, CodecError> {
        if payload.metadata.get(ENCODING).map(Vec::as_slice) != Some(ZSTD) {
            return Ok(payload);
        }
        let malformed = || CodecError::Malformed { problem: "it is not compressed with zstd" };
        let decoder = zstd::stream::read::Decoder::with_buffer(&payload.data[..]);
        let mut data = Vec::new();
        let limit = self.max_decompressed;
        let read = decoder.map_err(|_| malformed())?.take(limit as u64 + 1).read_to_end(&mut data);
        read.map_err(|_| malformed())?;
        if data.len() > limit {
            return Err(CodecError::TooLarge { limit });
        }
        let not_a_payload =
            |_| CodecError::Malformed { problem: "its decompressed content is not a payload" };
        Payload::decode(&data[..]).map_err(not_a_payload)
    }
}

impl PayloadCodec for Compression {
    fn encode(
        &self,
        _: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        ready(Ok(self.compress(payloads))).boxed()
    }

    fn decode(
        &self,
        _: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        ready(self.decompress(payloads).map_err(Into::into)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(data: Vec<u8>) -> Payload {
        let metadata = [(ENCODING.to_owned(), b"json/plain".to_vec())].into();
        Payload { metadata, data, ..Payload::default() }
    }

    #[test]
    fn compresses_large_payloads_that_become_smaller() {
        let compression = Compression::zstd().above(100);
        let noise: Vec<u8> = (0..40).flat_map(|_| uuid::Uuid::new_v4().into_bytes()).collect();
        for (data, is_compressed) in
            [(vec![b'x'; 50], false), (vec![b'x'; 5000], true), (noise, false)]
        {
            let original = payload(data);
            let sent = compression.compress(vec![original.clone()]);
            assert_eq!(sent[0].metadata[ENCODING] == ZSTD, is_compressed);
            assert_eq!(Compression::only_read().decompress(sent).unwrap(), [original]);
        }
    }

    #[test]
    fn reads_the_frame_of_a_stream() {
        // `zstd --check` 1.5 of the standard input. As with Go's library, it has a checksum and doesn't say its size.
        let frame = "28b52ffd045855010024020a160a08656e636f64696e67120a6a736f6e2f706c61696e127a\
                     226161626263632201007949cb13ed82353a";
        let byte = |at| u8::from_str_radix(&frame[at..at + 2], 16).unwrap();
        let data = (0..frame.len()).step_by(2).map(byte).collect();
        let metadata = [(ENCODING.to_owned(), ZSTD.to_vec())].into();
        let theirs = Payload { metadata, data, ..Payload::default() };
        let read = Compression::only_read().decompress(vec![theirs]).unwrap();
        assert_eq!(read, [payload(format!("\"{}\"", "aabbcc".repeat(20)).into_bytes())]);
    }

    #[test]
    fn has_the_form_of_the_codec_of_the_go_sdk() {
        let original = payload(vec![b'x'; 5000]);
        let sent = Compression::zstd().compress(vec![original.clone()]).remove(0);
        // Nothing but the encoding, and the whole payload in the data.
        let metadata = [(ENCODING.to_owned(), b"binary/zstd".to_vec())].into();
        assert_eq!(sent, Payload { metadata, data: sent.data.clone(), ..Payload::default() });
        let data = zstd::decode_all(&sent.data[..]).unwrap();
        assert_eq!(Payload::decode(&data[..]).unwrap(), original);
    }

    #[test]
    fn refuses_what_is_malformed_or_becomes_huge() {
        let bomb = Compression::zstd().compress(vec![payload(vec![0; 1 << 20])]);
        assert!(bomb[0].data.len() < 1000);
        let read = Compression::zstd().max_decompressed(1 << 16).decompress(bomb);
        assert!(matches!(read, Err(CodecError::TooLarge { limit: 65536 })), "{read:?}");
        let metadata: std::collections::HashMap<_, _> =
            [(ENCODING.to_owned(), ZSTD.to_vec())].into();
        let not_a_payload = zstd::bulk::compress(b"\xff\xff\xff", 3).unwrap();
        for data in [b"nonsense".to_vec(), Vec::new(), not_a_payload] {
            let forged = Payload { metadata: metadata.clone(), data, ..Payload::default() };
            let read = Compression::zstd().decompress(vec![forged]);
            assert!(matches!(read, Err(CodecError::Malformed { .. })), "{read:?}");
        }
    }
}
