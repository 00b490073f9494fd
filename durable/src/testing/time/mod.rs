//! Time on the real server: each workflow has a clock of its own, which skips time while nothing is
//! in flight.

mod clock;
mod due;
mod family;
mod skipping;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all, ready};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionResponse, StartWorkflowExecutionRequest,
};
use tokio::sync::Notify;

use crate::client::Client;
use crate::client::clock::Clock;
use crate::error::Result;
use crate::testing::error::TestingError;
use crate::testing::lock;
use crate::testing::workers::Watch;

use clock::{Clocks, Moved};
pub(in crate::testing) use due::timers_left;
use family::{Family, Pause};
pub use skipping::TimeSkipping;

/// The time of all workflows of a test environment.
pub(in crate::testing) struct Time {
    clocks: Clocks,
    watch: Arc<Watch>,
    /// The timeout of workflow tasks, where workers are killed in the middle of them.
    task_timeout: Option<Duration>,
    state: Mutex<State>,
    /// Notified of each entry in `State::unreleased`.
    waiting: Notify,
}

struct State {
    skipping: TimeSkipping,
    /// The workflows that were started, by id.
    started: BTreeSet<String>,
    /// The workflows that skip time, or will: those whose results are or were awaited.
    awaited: BTreeSet<String>,
    /// The awaited workflows for which time skipping is still to be turned on.
    unreleased: Vec<String>,
}

/// A task of [`Time::follow`] that has ended.
enum Ended {
    Release,
    Family(Family),
}

impl Time {
    pub(in crate::testing) fn new(
        client: Client,
        watch: Arc<Watch>,
        skipping: TimeSkipping,
        task_timeout: Option<Duration>,
    ) -> Self {
        let (started, awaited, unreleased) = <_>::default();
        let state = Mutex::new(State { skipping, started, awaited, unreleased });
        let (clocks, waiting) = (Clocks::new(client), Notify::new());
        Self { clocks, watch, task_timeout, state, waiting }
    }

    pub(in crate::testing) fn set(&self, skipping: TimeSkipping) {
        lock(&self.state).skipping = skipping;
    }

    /// Returns the ids of all workflows that were started, by the test or by other workflows.
    pub(in crate::testing) fn workflow_ids(&self) -> BTreeSet<String> {
        let mut ids = lock(&self.state).started.clone();
        ids.extend(self.watch.runs().into_values().map(|run| run.workflow_id));
        ids
    }

    /// Falls back to real time, with a warning, if the server does not support time skipping.
    pub(in crate::testing) async fn ask_the_server(&self) {
        if !self.clocks.are_skipping().await {
            tracing::warn!("the server does not skip time; workflows wait in real time");
            self.set(TimeSkipping::Never);
        }
    }

    /// Returns the server's description of a workflow, or `None` if it is not running.
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
                    // A child may have been started while its parent's clock was moved.
                    Moved::AfterChildren(children) => {
                        any = true;
                        next.extend(children.into_iter().filter(|child| !done.contains(child)));
                    }
                }
            }
        }
        if any { Ok(()) } else { Err(TestingError::NothingToSkip.into()) }
    }

    fn is_awaited(&self, workflow_id: &str) -> bool {
        lock(&self.state).awaited.contains(workflow_id)
    }

    /// Skips time for the workflows whose results are awaited, and for their children. Runs until it is
    /// dropped.
    pub(in crate::testing) async fn follow(&self) {
        let mut tasks = FuturesUnordered::new();
        // Without a value while a task has the family.
        let mut families = BTreeMap::<String, Option<Family>>::new();
        loop {
            for workflow_id in std::mem::take(&mut lock(&self.state).unreleased) {
                tasks.push(self.release(workflow_id).map(|()| Ended::Release).boxed());
            }
            for root in self.watch.roots() {
                let family = || Some(Family::new(root.clone()));
                let family = families.entry(root.clone()).or_insert_with(family);
                if let Some(family) = family.take_if(|family| family.needs_supervision(self)) {
                    tasks.push(family.supervise(self).map(Ended::Family).boxed());
                }
            }
            tokio::select! {
                () = self.waiting.notified() => {}
                () = self.watch.next_child() => {}
                Some(ended) = tasks.next() => if let Ended::Family(family) = ended {
                    families.insert(family.root().to_owned(), Some(family));
                }
            }
        }
    }

    /// Turns time skipping on for a workflow when it has nothing in flight, no running child and no
    /// running parent, so that the request does not come in the middle of a workflow task.
    async fn release(&self, workflow_id: String) {
        let mut pause = Pause::new();
        while let Some(described) = self.running(&workflow_id).await {
            if clock::skips(&described) {
                return;
            }
            let has_parent = match clock::parent_of(&described) {
                Some(parent) => self.running(&parent).await.is_some(),
                None => false,
            };
            if !has_parent && described.pending_children.is_empty() {
                match family::look(self, &workflow_id).await {
                    None => return,
                    Some(None) => {}
                    Some(Some(_)) => return self.clocks.turn_on(&workflow_id).await,
                }
            }
            pause.wait().await;
        }
    }
}

/// The client asks the environment for the time of what it starts and awaits.
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
            state.awaited.insert(request.workflow_id.clone());
            request.time_skipping_config = Some(clock::config(None));
        }
        if let Some(timeout) = self.task_timeout {
            request.workflow_task_timeout = timeout.try_into().ok();
        }
    }

    fn waiting<'a>(&'a self, workflow_id: &'a str) -> BoxFuture<'a, ()> {
        let mut state = lock(&self.state);
        if state.skipping == TimeSkipping::WhenAwaited {
            state.awaited.insert(workflow_id.to_owned());
            state.unreleased.push(workflow_id.to_owned());
            self.waiting.notify_one();
        }
        ready(()).boxed()
    }
}
