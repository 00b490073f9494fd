//! The lints that speak against forms which an annotation demands, and which the user could only
//! silence.

use syn::{Attribute, parse_quote};

/// For a function that others call by its name: its inputs are owned, it is async where nothing waits
/// (yet), it has a `self` that it need not read, validators borrow what they are given, and a
/// workflow stays on its thread.
pub(crate) fn allowed() -> Attribute {
    parse_quote! {
        #[allow(
            clippy::future_not_send,
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_value,
            clippy::needless_pass_by_ref_mut,
            clippy::ptr_arg,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
        )]
    }
}
