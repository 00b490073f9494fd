//! A record of what happens on the workers of a test: the workflows that ran, and the number of steps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use temporalio_sdk::WorkflowContextView;
use tokio::sync::{Notify, watch};

use crate::testing::lock;

/// One run of a workflow that the workers of a test have worked on.
#[derive(Debug, Clone)]
pub(in crate::testing) struct Run {
    pub(in crate::testing) workflow_id: String,
    pub(in crate::testing) workflow_type: String,
    /// The id of its parent, if it has one.
    pub(in crate::testing) parent: Option<String>,
    /// The id of the outermost workflow that it belongs to: its own if it has no parent.
    pub(in crate::testing) root: String,
    /// True if a mock answered for it, so that its history is not that of the linked code.
    pub(in crate::testing) mocked: bool,
}

/// A record of what happens on the workers of a test.
#[derive(Debug)]
pub(in crate::testing) struct Watch {
    /// By run id.
    runs: Mutex<BTreeMap<String, Run>>,
    /// The roots of workflows that have a parent.
    roots: Mutex<BTreeSet<String>>,
    steps: watch::Sender<u64>,
    /// Notified of each new run of a workflow that has a parent.
    children: Notify,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            runs: Mutex::default(),
            roots: Mutex::default(),
            steps: watch::Sender::new(0),
            children: Notify::new(),
        }
    }
}

impl Watch {
    /// Records that a worker makes an instance of a workflow, as it does at the workflow's start and
    /// again after each eviction.
    pub(in crate::testing) fn instance(&self, view: &WorkflowContextView, mocked: bool) {
        let run = Run {
            workflow_id: view.workflow_id().to_owned(),
            workflow_type: view.workflow_type().to_owned(),
            root: view.root().map_or_else(
                || view.workflow_id().to_owned(),
                |root| root.workflow_id().to_owned(),
            ),
            parent: view.parent().map(|parent| parent.workflow_id().to_owned()),
            mocked,
        };
        let root = run.parent.is_some().then(|| run.root.clone());
        lock(&self.runs).entry(view.run_id().to_owned()).or_insert(run);
        if let Some(root) = root {
            lock(&self.roots).insert(root);
            self.children.notify_one();
        }
    }

    /// Returns all runs so far, by run id.
    pub(in crate::testing) fn runs(&self) -> BTreeMap<String, Run> {
        lock(&self.runs).clone()
    }

    /// Returns the ids of all workflows so far that have no parent and have, or had, a child.
    pub(in crate::testing) fn roots(&self) -> BTreeSet<String> {
        lock(&self.roots).clone()
    }

    /// Returns the runs so far of a workflow without a parent and of all its descendants, by run id.
    pub(in crate::testing) fn family(&self, root: &str) -> Vec<(String, Run)> {
        let runs = lock(&self.runs);
        let members = runs.iter().filter(|(_, run)| run.root == root);
        members.map(|(run_id, run)| (run_id.clone(), run.clone())).collect()
    }

    /// Waits for a new run of a workflow that has a parent. There may be one waiter at a time.
    pub(in crate::testing) async fn next_child(&self) {
        self.children.notified().await;
    }

    /// Counts a step that happens for the first time, not on replay.
    pub(in crate::testing) fn step(&self) {
        self.steps.send_modify(|steps| *steps += 1);
    }

    /// Returns the number of steps so far, as a receiver that waits for more.
    pub(in crate::testing) fn steps(&self) -> watch::Receiver<u64> {
        self.steps.subscribe()
    }
}
