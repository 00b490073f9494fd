//! Time, on the real server: each workflow has a clock of its own, which skips where nothing is in
//! flight.

mod clock;
mod skipping;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionResponse, StartWorkflowExecutionRequest,
};

use crate::client::Client;
use crate::client::clock::Clock;
use crate::error::{Result, TestingError};
use crate::testing::lock;
use crate::testing::workers::Watch;

use clock::{Clocks, Moved};
pub use skipping::TimeSkipping;

/// The time of all workflows of a test environment.
pub(in crate::testing) struct Time {
    clocks: Clocks,
    watch: Arc<Watch>,
    /// How long workflow tasks may take, where workers are killed in the middle of them.
    task_timeout: Option<Duration>,
    state: Mutex<State>,
}

struct State {
    skipping: TimeSkipping,
    /// The workflows that were started, by id.
    started: BTreeSet<String>,
    /// Those whose results are waited for, or were.
    awaited: BTreeSet<String>,
}

impl Time {
    pub(in crate::testing) fn new(
        client: Client,
        watch: Arc<Watch>,
        skipping: TimeSkipping,
        task_timeout: Option<Duration>,
    ) -> Self {
        let state = State { skipping, started: BTreeSet::default(), awaited: BTreeSet::default() };
        Self { clocks: Clocks::new(client), watch, task_timeout, state: Mutex::new(state) }
    }

    pub(in crate::testing) fn set(&self, skipping: TimeSkipping) {
        lock(&self.state).skipping = skipping;
    }

    /// The ids of all workflows that were started, from outside or by others.
    pub(in crate::testing) fn workflow_ids(&self) -> BTreeSet<String> {
        let mut ids = lock(&self.state).started.clone();
        ids.extend(self.watch.runs().into_values().map(|run| run.workflow_id));
        ids
    }

    /// Lets time be real where the server does not skip it, and says so.
    pub(in crate::testing) async fn ask_the_server(&self) {
        if !self.clocks.are_skipping().await {
            tracing::warn!("the server does not skip time; workflows wait in real time");
            self.set(TimeSkipping::Never);
        }
    }

    /// What the server knows of a workflow, if it is running.
    pub(in crate::testing) async fn running(
        &self,
        workflow_id: &str,
    ) -> Option<DescribeWorkflowExecutionResponse> {
        self.clocks.running(workflow_id).await
    }

    /// Moves the time of every running workflow.
    pub(in crate::testing) async fn skip(&self, duration: Duration) -> Result<()> {
        let mut next = self.workflow_ids();
        let mut done = BTreeSet::new();
        let mut any = false;
        while !next.is_empty() {
            let moved = join_all(next.iter().map(|id| self.clocks.forward(id, duration))).await;
            done.append(&mut next);
            for moved in moved {
                match moved? {
                    Moved::Stopped => {}
                    Moved::Done => any = true,
                    // Some of them may have been started while their parent's clock was moved.
                    Moved::AfterChildren(children) => {
                        any = true;
                        next.extend(children.into_iter().filter(|child| !done.contains(child)));
                    }
                }
            }
        }
        if any { Ok(()) } else { Err(TestingError::NothingToSkip.into()) }
    }

    /// Lets a workflow and its children skip, whose result somebody waits for.
    async fn awaited(&self, workflow_id: &str) {
        if lock(&self.state).skipping != TimeSkipping::WhenAwaited {
            return;
        }
        lock(&self.state).awaited.insert(workflow_id.to_owned());
        let runs = self.watch.runs().into_values();
        let mut family: BTreeSet<_> =
            runs.filter(|run| run.root == workflow_id).map(|run| run.workflow_id).collect();
        family.insert(workflow_id.to_owned());
        join_all(family.iter().map(|id| self.clocks.skip_on(id))).await;
    }

    /// Lets children skip that were started before anybody waited for the workflow they belong to,
    /// but whose first task came after it. Runs until it is dropped.
    pub(in crate::testing) async fn follow(&self) {
        let mut steps = self.watch.steps();
        let mut seen = BTreeSet::new();
        loop {
            for (run_id, run) in self.watch.runs() {
                let is_child = run.root != run.workflow_id;
                let awaited = is_child && lock(&self.state).awaited.contains(&run.root);
                if awaited && seen.insert(run_id) && !self.clocks.skips(&run.workflow_id).await {
                    self.clocks.skip_on(&run.workflow_id).await;
                }
            }
            if steps.changed().await.is_err() {
                return;
            }
        }
    }
}

/// The clock that the client asks: the time of the environment.
impl Clock for Time {
    fn starting(&self, request: &mut StartWorkflowExecutionRequest, awaited: bool) {
        let mut state = lock(&self.state);
        let skips = match state.skipping {
            TimeSkipping::WhenAwaited => awaited,
            TimeSkipping::Always => true,
            TimeSkipping::Never => false,
        };
        state.started.insert(request.workflow_id.clone());
        if skips {
            request.time_skipping_config = Some(clock::config(None));
        }
        if let Some(timeout) = self.task_timeout {
            request.workflow_task_timeout = timeout.try_into().ok();
        }
    }

    fn waiting<'a>(&'a self, workflow_id: &'a str) -> BoxFuture<'a, ()> {
        self.awaited(workflow_id).boxed()
    }
}
