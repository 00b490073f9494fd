//! The contract: what annotated items say of their types, the comparison of two contracts, and clients in other
//! languages.

mod breakage;
mod changes;
mod commands;
mod flows;
mod python;
mod random;
mod types;
mod typescript;
mod verdicts;
mod versions;
