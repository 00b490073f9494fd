//! Metrics that are sent to a collector in this process.

fn main() {}
