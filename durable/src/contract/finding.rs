//! The differences of two contracts.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// Somebody whom a change of a contract breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Affected {
    /// Programs that start, signal, query or update workflows, or read their results.
    Callers,
    /// Workers that still have the old version, during the rollout.
    OldWorkers,
    /// Workflows that are running, or whose history is replayed.
    RunningWorkflows,
}

impl Affected {
    /// Returns the name, such as `old-workers`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Callers => "callers",
            Self::OldWorkers => "old-workers",
            Self::RunningWorkflows => "running-workflows",
        }
    }
}

impl fmt::Display for Affected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('-', " "))
    }
}

/// The severity of a [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// The change breaks somebody.
    Breaking,
    /// The change breaks nobody, but something behaves otherwise.
    Changed,
    /// Something is new.
    New,
}

/// A difference of two contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// The severity.
    pub verdict: Verdict,
    /// The kind of the change, such as `field-renamed`. It is stable.
    pub code: &'static str,
    /// The place in the contract, such as `` workflow `Order` (queue `orders`), input `order` ``.
    pub place: String,
    /// The place within the type, such as `items[].price`; empty for the type itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The change.
    pub message: String,
    /// Those whom it breaks.
    pub breaks: BTreeSet<Affected>,
    /// The way to make the change safely.
    pub fix: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.path.as_str() {
            "" => self.place.clone(),
            path => format!("{}, at `{path}`", self.place),
        };
        writeln!(f, "{place}: {}", self.message)?;
        if !self.breaks.is_empty() {
            let breaks: Vec<_> = self.breaks.iter().map(ToString::to_string).collect();
            writeln!(f, "  breaks {}", breaks.join(", "))?;
        }
        write!(f, "  [{}] {}", self.code, self.fix)
    }
}

/// The result of a comparison of two contracts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The differences, the breaking ones first.
    pub findings: Vec<Finding>,
}

impl Comparison {
    /// Returns `true` if a difference breaks somebody.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == Verdict::Breaking)
    }

    /// Leaves out those who can't break, such as old workers if all workers are stopped before an update.
    /// A difference that breaks nobody else counts as changed.
    #[must_use]
    pub fn ignoring(mut self, affected: &[Affected]) -> Self {
        for finding in &mut self.findings {
            let was_breaking = !finding.breaks.is_empty();
            finding.breaks.retain(|it| !affected.contains(it));
            if was_breaking && finding.breaks.is_empty() {
                finding.verdict = Verdict::Changed;
            }
        }
        self.sort();
        self
    }

    pub(super) fn sort(&mut self) {
        self.findings.sort_by(|one, other| {
            let key = |it: &Finding| (it.verdict, it.place.clone(), it.path.clone(), it.code);
            key(one).cmp(&key(other))
        });
    }
}
