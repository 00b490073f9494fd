//! What happens on the workers of a test: which workflows ran, and how many steps were taken.

use std::collections::BTreeMap;
use std::sync::Mutex;

use temporalio_sdk::WorkflowContextView;
use tokio::sync::watch;

use crate::testing::lock;

/// One run of a workflow that the workers of a test have worked on.
#[derive(Debug, Clone)]
pub(in crate::testing) struct Run {
    pub(in crate::testing) workflow_id: String,
    pub(in crate::testing) workflow_type: String,
    /// The id of the outermost workflow that it belongs to, itself where it has no parent.
    pub(in crate::testing) root: String,
    /// Whether a mock answered for it, so that its history is not that of the linked code.
    pub(in crate::testing) mocked: bool,
}

/// What happens on the workers of a test.
#[derive(Debug)]
pub(in crate::testing) struct Watch {
    /// By run id.
    runs: Mutex<BTreeMap<String, Run>>,
    steps: watch::Sender<u64>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { runs: Mutex::default(), steps: watch::Sender::new(0) }
    }
}

impl Watch {
    /// A worker makes an instance of a workflow: at its start, and after each eviction again.
    pub(in crate::testing) fn instance(&self, view: &WorkflowContextView, mocked: bool) {
        let run = Run {
            workflow_id: view.workflow_id().to_owned(),
            workflow_type: view.workflow_type().to_owned(),
            root: view.root().map_or_else(
                || view.workflow_id().to_owned(),
                |root| root.workflow_id().to_owned(),
            ),
            mocked,
        };
        lock(&self.runs).entry(view.run_id().to_owned()).or_insert(run);
    }

    /// All runs so far, by run id.
    pub(in crate::testing) fn runs(&self) -> BTreeMap<String, Run> {
        lock(&self.runs).clone()
    }

    /// Something happened for the first time, not on replay.
    pub(in crate::testing) fn step(&self) {
        self.steps.send_modify(|steps| *steps += 1);
    }

    /// The number of steps so far, and how to wait for more.
    pub(in crate::testing) fn steps(&self) -> watch::Receiver<u64> {
        self.steps.subscribe()
    }
}
