//! Metrics and traces, on the real server, with a collector in this process.
//!
//! A process has one meter and one tracer, so all tests of this binary share them. They keep apart by labels and
//! ids of their own.

mod backlog;
#[path = "../logs/capture.rs"]
mod capture;
mod collector;
mod documentation;
mod flows;
mod metrics;
mod once;
mod process;
mod python;
mod requests;
mod traces;
