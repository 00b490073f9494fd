//! Application errors in every form, under every lint that users deny.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unsafe_code)]
#![deny(unused, nonstandard_style, rust_2018_idioms, unused_qualifications, trivial_casts)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::unwrap_used)]
#![deny(clippy::absolute_paths, clippy::missing_docs_in_private_items)]

use durable::activity::ApplicationErrorCategory;
use durable::error::{Classification, Classified as _};
use durable::prelude::*;

/// An enum.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[failure(non_retryable, benign)]
enum Many {
    /// As the enum says.
    #[error("unit")]
    Unit,
    /// Otherwise.
    #[error("tuple {0}")]
    #[failure(retryable, type_name = "Of two words")]
    Tuple(u32, String),
    /// A delay says that it is tried again.
    #[error("struct {value}")]
    #[failure(next_retry_delay = "1h30m")]
    #[allow(dead_code, reason = "attributes of others stay")]
    Struct {
        /// Its value.
        value: f64,
    },
    /// The names of two variants may be one.
    #[error("again")]
    #[failure(type_name = "Unit")]
    r#Again,
}

/// A struct.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("one")]
#[failure(type_name = "TheOne", next_retry_delay = "250ms")]
struct One;

/// Of it there is no value.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
enum Never {}

/// The runtime under another path, and a name that needs to be escaped.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
#[error("else")]
#[failure(crate = ::durable)]
#[allow(non_camel_case_types, reason = "it is a keyword")]
struct r#else;

#[test]
fn each_is_classified_as_it_says() {
    let benign = |classification: Classification| {
        classification.category == ApplicationErrorCategory::Benign
    };
    let unit = Many::Unit.classification();
    assert!(unit.non_retryable && benign(unit));
    let tuple = Many::Tuple(1, String::new()).classification();
    assert!(!tuple.non_retryable && benign(tuple));
    assert_eq!(tuple.type_name, "Of two words");
    let delayed = Many::Struct { value: 1.0 }.classification();
    assert!(!delayed.non_retryable);
    assert_eq!(delayed.next_retry_delay, Some(Duration::from_mins(90)));
    assert_eq!(Many::Again.classification().type_name, "Unit");
    assert_eq!(Many::TYPE_NAMES, ["Unit", "Of two words", "Struct"]);

    let one = One.classification();
    assert!(!one.non_retryable && !benign(one));
    assert_eq!(one.next_retry_delay, Some(Duration::from_millis(250)));
    assert_eq!((One::NAME, One::TYPE_NAMES), ("One", &["TheOne"][..]));
    assert!(Never::TYPE_NAMES.is_empty());
    assert_eq!(r#else::TYPE_NAMES, ["else"]);
}
