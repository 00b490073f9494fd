//! Formats payloads without their values.

use std::fmt;

use temporalio_common::protos::temporal::api::common::v1::Payload;

/// Payloads that `Debug` formats as their sizes.
pub(super) struct Sizes<'a>(pub(super) &'a [Payload]);

impl fmt::Debug for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.0.iter().map(|payload| format!("{} bytes", payload.data.len()));
        f.write_str(&sizes.collect::<Vec<_>>().join(", "))
    }
}
