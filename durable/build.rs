//! Lays the descriptors of Temporal's messages where the replay of histories embeds them from
//! (feature `testing`).
//!
//! They come from the very crate whose messages are read and written, so they cannot be of another
//! release.

use std::path::Path;
use std::{env, fs};

/// The variable with the path of the descriptors, which the build script of `temporalio-protos` sets.
const DESCRIPTORS: &str = "DEP_TEMPORALIO_PROTOS_DESCRIPTOR_PATH";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={DESCRIPTORS}");
    if env::var_os("CARGO_FEATURE_TESTING").is_none() {
        return;
    }
    let out = env::var_os("OUT_DIR").expect("Cargo tells a build script where to write");
    let descriptors =
        env::var_os(DESCRIPTORS).expect("temporalio-protos tells where its descriptors are");
    fs::copy(descriptors, Path::new(&out).join("temporal.binpb"))
        .expect("the descriptors can be copied");
}
