//! A duration for the page's histogram.

#[allow(non_upper_case_globals, reason = "the page's activity has measured it")]
pub const waited: std::time::Duration = std::time::Duration::from_secs(1);
