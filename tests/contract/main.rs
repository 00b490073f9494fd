//! The contract: what annotated items say of their types, the comparison of two contracts, and clients in other
//! languages.

mod flows;
mod types;
