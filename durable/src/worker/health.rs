//! Health: the state of each worker, and whether all of them are alive and ready.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::client::Client;
use crate::definition::StuckWorkflow;
use crate::error::Error;
use crate::metrics;

/// The server's time to answer when readiness is asked for. A Kubernetes probe waits for a second.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(800);

/// The state of the worker of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WorkerState {
    /// It waits for the server.
    Connecting,
    /// It takes tasks.
    Running,
    /// It died, and is restarted after a pause.
    Restarting,
    /// A workflow doesn't yield. A worker on another thread is about to replace it.
    Stuck,
    /// It takes no more tasks, and waits for running ones to end.
    Draining,
    /// It ended after it was asked to stop.
    Stopped,
    /// It died too often, the server refuses it, or too many workflows don't yield. It isn't restarted.
    GivenUp,
}

impl WorkerState {
    /// Every state, with the value of its label in metrics.
    const LABELS: [(Self, &'static str); 7] = [
        (Self::Connecting, "connecting"),
        (Self::Running, "running"),
        (Self::Restarting, "restarting"),
        (Self::Stuck, "stuck"),
        (Self::Draining, "draining"),
        (Self::Stopped, "stopped"),
        (Self::GivenUp, "given_up"),
    ];

    fn record(self, queue: &str) {
        let states = Self::LABELS.map(|(state, label)| (label, state == self));
        metrics::own::worker_state(queue, states);
    }
}

impl fmt::Display for WorkerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connecting",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Stuck => "stuck",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::GivenUp => "given up",
        })
    }
}

/// The health of the worker of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueHealth {
    /// The queue.
    pub queue: String,
    /// The state of its worker.
    pub state: WorkerState,
    /// The number of its deaths since the workers were started.
    pub deaths: u32,
    /// The current problem, or the cause of its last death, without the message of a panic.
    pub error: Option<String>,
    /// The workflows whose code doesn't yield at this time, each on a thread of its own. The queue is
    /// served on another one if the worker runs.
    pub stuck: Vec<StuckWorkflow>,
    /// The number of times that the code of a workflow didn't yield since the workers were started.
    pub stuck_count: u32,
}

/// The readiness of the workers to take tasks, with the reasons against it.
///
/// The [health listener](crate::Workers::health_address) answers with it at `/ready`, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Readiness {
    /// `true` if every worker runs and the server answers.
    pub ready: bool,
    /// The reasons why the workers aren't ready.
    pub reasons: Vec<String>,
    /// The server's address, as host and port.
    pub server: String,
    /// The namespace.
    pub namespace: String,
    /// The health of each worker.
    pub workers: Vec<QueueHealth>,
}

/// Observes the health of running workers. It is cheap to clone, and may outlive the workers.
#[derive(Clone)]
pub struct WorkerHealth {
    client: Client,
    board: Arc<Board>,
}

impl WorkerHealth {
    pub(super) fn new(client: &Client, board: &Arc<Board>) -> Self {
        Self { client: client.clone(), board: Arc::clone(board) }
    }

    /// Returns `false` once a worker was given up, because only a new process helps then.
    ///
    /// It doesn't ask the server: a process need not be killed because the server is away.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.workers().iter().all(|worker| worker.state != WorkerState::GivenUp)
    }

    /// Returns the health of each worker, without asking the server.
    #[must_use]
    pub fn workers(&self) -> Vec<QueueHealth> {
        self.board.0.borrow().clone()
    }

    /// Returns the readiness of the workers. The server is asked, and has 0.8 seconds to answer.
    pub async fn readiness(&self) -> Readiness {
        self.readiness_with(self.ask_server().await)
    }

    /// Asks the server, and returns the reason why it doesn't answer, if there is one.
    pub(super) async fn ask_server(&self) -> Option<String> {
        let server = self.client.address();
        match tokio::time::timeout(ANSWER_TIMEOUT, self.client.health()).await {
            Ok(Ok(_)) => None,
            Ok(Err(Error::Rpc { cause, .. })) => {
                Some(format!("the server {server} does not answer: {cause}"))
            }
            Ok(Err(error @ Error::Connection(_))) if error.is_misuse() => Some(error.to_string()),
            Ok(Err(_)) => Some(format!("the server {server} does not answer")),
            Err(_) => Some(format!("the server {server} gave no answer in {ANSWER_TIMEOUT:?}")),
        }
    }

    /// Returns the readiness, with the reason why the server doesn't answer.
    pub(super) fn readiness_with(&self, server_reason: Option<String>) -> Readiness {
        let workers = self.workers();
        let not_running = workers.iter().filter(|worker| worker.state != WorkerState::Running);
        let reasons: Vec<_> = not_running
            .map(|worker| match &worker.error {
                Some(error) => {
                    format!("the worker of queue `{}` is {}: {error}", worker.queue, worker.state)
                }
                None => format!("the worker of queue `{}` is {}", worker.queue, worker.state),
            })
            .chain(server_reason)
            .collect();
        let server = self.client.address().to_owned();
        let namespace = self.client.namespace().to_owned();
        Readiness { ready: reasons.is_empty(), reasons, server, namespace, workers }
    }

    /// Waits until every worker runs.
    pub async fn running(&self) {
        let all = |workers: &Vec<QueueHealth>| {
            workers.iter().all(|worker| worker.state == WorkerState::Running)
        };
        // The sender lives as long as `self` is borrowed.
        let _ = self.board.0.subscribe().wait_for(all).await;
    }
}

impl fmt::Debug for WorkerHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.workers()).finish()
    }
}

/// The states that the workers write, for everybody to read.
#[derive(Debug)]
pub(super) struct Board(watch::Sender<Vec<QueueHealth>>);

impl Board {
    pub(super) fn new(queues: impl Iterator<Item = &'static str>) -> Self {
        let state = WorkerState::Connecting;
        let workers = queues.map(|queue| {
            state.record(queue);
            metrics::own::no_worker_died(queue);
            metrics::own::stuck(queue, 0);
            QueueHealth {
                queue: queue.to_owned(),
                state,
                deaths: 0,
                error: None,
                stuck: Vec::new(),
                stuck_count: 0,
            }
        });
        Self(watch::Sender::new(workers.collect()))
    }

    pub(super) fn set(&self, queue: &str, state: WorkerState, error: Option<String>) {
        self.change(queue, |worker| {
            worker.state = state;
            worker.error = error;
        });
    }

    pub(super) fn died(&self, queue: &str, error: String) {
        metrics::own::worker_died(queue);
        self.change(queue, |worker| {
            worker.state = WorkerState::Restarting;
            worker.deaths += 1;
            worker.error = Some(error);
        });
    }

    /// A workflow doesn't yield.
    pub(super) fn stuck(&self, workflow: &StuckWorkflow) {
        self.change(&workflow.queue, |worker| {
            worker.stuck.push(workflow.clone());
            worker.stuck_count = worker.stuck_count.saturating_add(1);
            metrics::own::became_stuck(&workflow.queue, &workflow.workflow_type);
            metrics::own::stuck(&workflow.queue, worker.stuck.len());
        });
    }

    /// A workflow that didn't yield does so again.
    pub(super) fn unstuck(&self, workflow: &StuckWorkflow) {
        self.change(&workflow.queue, |worker| {
            let found = worker.stuck.iter().position(|stuck| stuck == workflow);
            found.map(|index| worker.stuck.remove(index));
            metrics::own::stuck(&workflow.queue, worker.stuck.len());
        });
    }

    /// Every worker that has not ended is draining.
    pub(super) fn draining(&self) {
        self.0.send_modify(|workers| {
            for worker in workers {
                if !matches!(worker.state, WorkerState::Stopped | WorkerState::GivenUp) {
                    worker.state = WorkerState::Draining;
                    worker.state.record(&worker.queue);
                }
            }
        });
    }

    fn change(&self, queue: &str, change: impl FnOnce(&mut QueueHealth)) {
        self.0.send_modify(|workers| {
            if let Some(worker) = workers.iter_mut().find(|worker| worker.queue == queue) {
                change(worker);
                worker.state.record(queue);
            }
        });
    }
}
