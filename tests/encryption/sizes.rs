//! Sizes: the limit applies to what is sent.

use durable::codec::{Codecs, Compression};
use durable::prelude::*;
use durable::{Error, Workers};

use crate::{client, encryption};

/// Returns a text of this size, which compresses well or not at all.
#[workflow(queue = "sealed")]
#[derive(Default)]
struct Large;

#[workflow_methods]
impl Large {
    #[run]
    async fn run(
        _ctx: &mut WorkflowContext<Self>,
        (bytes, is_noise): (usize, bool),
    ) -> WorkflowResult<String> {
        Ok(if is_noise { noise(bytes) } else { "x".repeat(bytes) })
    }
}

/// Hexadecimal digits without a pattern, the same in every replay.
fn noise(bytes: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let digit = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(
            b" !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`ab"
                [(state >> 58) as usize],
        )
    };
    (0..bytes).map(digit).collect()
}

#[tokio::test]
async fn measures_values_after_compression_and_encryption() -> durable::Result<()> {
    const MIB: usize = 1 << 20;
    let sealed = encryption(1);
    let compressed = Codecs::new().then(Compression::zstd()).then(sealed.clone());
    let namespace = crate::namespace().await;
    for (codecs, bytes, is_noise, fits) in [
        (Codecs::from(sealed.clone()), 2 * MIB - 1000, false, true),
        // It fits before the encryption, and not after it.
        (Codecs::from(sealed.clone()), 2 * MIB - 60, false, false),
        (Codecs::from(sealed), 5 * MIB, false, false),
        (compressed.clone(), 5 * MIB, false, true),
        (compressed, 4 * MIB, true, false),
    ] {
        let client = client(&namespace, codecs).await;
        let workers = Workers::new(&client).queues(["sealed"]).start().await?;
        let output = Large::execute(&client, (bytes, is_noise)).await;
        match output {
            Ok(output) => assert!(fits && output.len() == bytes, "{bytes} {is_noise}"),
            Err(Error::Failed { failure, .. }) => {
                assert!(!fits, "{bytes} {is_noise}: {failure}");
                assert_eq!(failure.root().type_name(), Some("PayloadTooLarge"), "{failure}");
            }
            Err(other) => panic!("{other}"),
        }
        workers.shutdown().await?;
    }
    Ok(())
}
