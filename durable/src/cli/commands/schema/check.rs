//! `schema --check`: the program compared with a contract.

use std::path::Path;

use clap::ValueEnum;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::{Page, line, lines};
use crate::contract::{Affected, Comparison, Contract, Verdict};

/// Those who are left out.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Ignored {
    /// Programs that start, signal, query or update workflows
    Callers,
    /// Workers that still have the old version
    OldWorkers,
    /// Workflows that are running
    RunningWorkflows,
}

impl Ignored {
    fn affected(self) -> Affected {
        match self {
            Self::Callers => Affected::Callers,
            Self::OldWorkers => Affected::OldWorkers,
            Self::RunningWorkflows => Affected::RunningWorkflows,
        }
    }
}

pub(super) fn run(
    context: &Context,
    contract: &Contract,
    file: &Path,
    ignored: &[Ignored],
) -> Outcome {
    let old = read(file)?;
    let ignored: Vec<_> = ignored.iter().map(|it| it.affected()).collect();
    let comparison = contract.compare(&old).ignoring(&ignored);
    let is_breaking = comparison.is_breaking();
    let as_json = json!({ "breaking": is_breaking, "findings": comparison.findings });
    context.output().show(&as_json, || page(&comparison, file))?;
    if is_breaking { Err(Problem::breaking(broken(&comparison))) } else { Ok(()) }
}

fn read(file: &Path) -> Outcome<Contract> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::misuse(format!("{}: {error}", file.display())))?;
    text.parse().map_err(|error| {
        let error = anyhow::Error::new(error).context(file.display().to_string());
        Problem::misuse(error)
    })
}

fn broken(comparison: &Comparison) -> String {
    let breaking = comparison.findings.iter().filter(|it| it.verdict == Verdict::Breaking).count();
    match breaking {
        1 => "the contract is broken by 1 change".to_owned(),
        count => format!("the contract is broken by {count} changes"),
    }
}

fn page(comparison: &Comparison, file: &Path) -> Page {
    if comparison.findings.is_empty() {
        return line(&format!("no difference to {}", file.display()));
    }
    let parts = [
        (Verdict::Breaking, "breaking"),
        (Verdict::Changed, "changed, without breaking anybody"),
        (Verdict::New, "new"),
    ];
    let mut page = Page::default();
    for (verdict, title) in parts {
        let findings = comparison.findings.iter().filter(|it| it.verdict == verdict);
        let findings: Vec<_> = findings.map(ToString::to_string).collect();
        if !findings.is_empty() {
            page = page.then(&line(&format!("{title}:")));
            page = page.then(&lines(&format!("{}\n", findings.join("\n"))));
        }
    }
    page
}
