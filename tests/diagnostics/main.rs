//! The compiler's messages for mistakes in annotations, and annotations that it must accept.
//!
//! Each file in a folder of `fail` holds one mistake of that macro or kind, and its `.stderr` is reviewed output: where the message
//! points, what it says is wrong, and what to write instead. `TRYBUILD=overwrite` writes them anew.
//! What is in `pass` is compiled as a part of this test, without a warning, and asked what it says.

mod pass;

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("diagnostics/fail/*/*.rs");
}
