//! Health: the state of each worker, and whether all of them are alive and ready.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use super::id::WorkerId;
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

    /// Returns a number that is higher the more a state keeps a queue from being served well.
    fn urgency(self) -> u8 {
        match self {
            Self::Running => 0,
            Self::Stopped => 1,
            Self::Draining => 2,
            Self::Connecting => 3,
            Self::Restarting => 4,
            Self::Stuck => 5,
            Self::GivenUp => 6,
        }
    }

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

/// The health of the worker of a queue. With several workflow threads, it's that of the least ready one.
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
        self.board.0.borrow().iter().map(|row| row.health.clone()).collect()
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
        let all = |rows: &Vec<Row>| rows.iter().all(|row| row.health.state == WorkerState::Running);
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
pub(super) struct Board(watch::Sender<Vec<Row>>);

/// The health of a queue, and the states of its threads, of which it shows the one that is least ready.
#[derive(Debug)]
struct Row {
    queue: &'static str,
    health: QueueHealth,
    threads: Vec<(WorkerState, Option<String>)>,
}

impl Row {
    fn new(queue: &'static str) -> Self {
        metrics::own::no_worker_died(queue);
        metrics::own::stuck(queue, 0);
        let health = QueueHealth {
            queue: queue.to_owned(),
            state: WorkerState::Connecting,
            deaths: 0,
            error: None,
            stuck: Vec::new(),
            stuck_count: 0,
        };
        Self { queue, health, threads: Vec::new() }
    }

    /// Shows the state of the thread that is least ready.
    fn show(&mut self) {
        if let Some((state, error)) = self.threads.iter().max_by_key(|(state, _)| state.urgency()) {
            self.health.state = *state;
            self.health.error.clone_from(error);
        }
        self.health.state.record(self.queue);
    }
}

impl Board {
    pub(super) fn new(workers: impl Iterator<Item = WorkerId>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for id in workers {
            // The threads of a queue follow each other.
            if rows.last().is_none_or(|row| row.queue != id.queue) {
                rows.push(Row::new(id.queue));
            }
            if let Some(row) = rows.last_mut() {
                row.threads.push((WorkerState::Connecting, None));
            }
        }
        rows.iter_mut().for_each(Row::show);
        Self(watch::Sender::new(rows))
    }

    pub(super) fn set(&self, worker: WorkerId, state: WorkerState, error: Option<String>) {
        self.change(worker.queue, |row| row.threads[worker.thread as usize] = (state, error));
    }

    pub(super) fn died(&self, worker: WorkerId, error: String) {
        metrics::own::worker_died(worker.queue);
        self.change(worker.queue, |row| {
            row.health.deaths += 1;
            row.threads[worker.thread as usize] = (WorkerState::Restarting, Some(error));
        });
    }

    /// A workflow doesn't yield.
    pub(super) fn stuck(&self, workflow: &StuckWorkflow) {
        self.change(&workflow.queue, |row| {
            let health = &mut row.health;
            health.stuck.push(workflow.clone());
            health.stuck_count = health.stuck_count.saturating_add(1);
            metrics::own::became_stuck(&workflow.queue, &workflow.workflow_type);
            metrics::own::stuck(&workflow.queue, health.stuck.len());
        });
    }

    /// A workflow that didn't yield does so again.
    pub(super) fn unstuck(&self, workflow: &StuckWorkflow) {
        self.change(&workflow.queue, |row| {
            let stuck = &mut row.health.stuck;
            let found = stuck.iter().position(|stuck| stuck == workflow);
            found.map(|index| stuck.remove(index));
            metrics::own::stuck(&workflow.queue, stuck.len());
        });
    }

    /// Every worker that has not ended is draining.
    pub(super) fn draining(&self) {
        self.0.send_modify(|rows| {
            for row in rows {
                for (state, _) in &mut row.threads {
                    if !matches!(state, WorkerState::Stopped | WorkerState::GivenUp) {
                        *state = WorkerState::Draining;
                    }
                }
                row.show();
            }
        });
    }

    fn change(&self, queue: &str, change: impl FnOnce(&mut Row)) {
        self.0.send_modify(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.queue == queue) {
                change(row);
                row.show();
            }
        });
    }
}
