//! Collects the differences of two contracts.

use std::collections::BTreeSet;

use super::finding::{Affected, Finding, Verdict};
use super::fixes::fix;
use super::model::Contract;

pub(super) const CALLERS: Affected = Affected::Callers;
pub(super) const RUNNING: Affected = Affected::RunningWorkflows;
pub(super) const OLD_WORKERS: Affected = Affected::OldWorkers;

/// Collects findings.
pub(super) struct Comparer<'a> {
    pub(super) old: &'a Contract,
    pub(super) new: &'a Contract,
    pub(super) findings: Vec<Finding>,
}

impl Comparer<'_> {
    /// Adds a finding. Without anybody whom it breaks, something is changed.
    pub(super) fn report(
        &mut self,
        code: &'static str,
        (place, path): (&str, &str),
        message: String,
        breaks: &[Affected],
    ) {
        let verdict = match (breaks.is_empty(), code.ends_with("-added")) {
            (false, _) => Verdict::Breaking,
            (true, true) => Verdict::New,
            (true, false) => Verdict::Changed,
        };
        let breaks: BTreeSet<_> = breaks.iter().copied().collect();
        let same = |it: &&mut Finding| it.code == code && it.place == place && it.path == path;
        if let Some(finding) = self.findings.iter_mut().find(same) {
            finding.breaks.extend(breaks);
            finding.verdict = finding.verdict.min(verdict);
            return;
        }
        self.findings.push(Finding {
            verdict,
            code,
            place: place.to_owned(),
            path: path.to_owned(),
            message,
            breaks,
            fix: fix(code),
        });
    }
}
