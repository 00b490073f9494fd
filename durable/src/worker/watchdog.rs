//! The watchdog: it notices workflow code that doesn't yield.
//!
//! SDK 1.1.1 runs all workflows of a worker on one thread and has no deadlock detection. One thread of
//! the process, which runs nothing else, looks at the threads of all workers a few times a second. It
//! reads the number of the last entry into user code, and needs no clock in the workflow's own path.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::health::Board;
use crate::definition::user_code::{UserCode, UserThread};
use crate::definition::{StuckWorkflow, caught, quarantine};

/// The looks within a timeout while user code runs.
const LOOKS: u32 = 10;

/// The looks within a timeout while none does. An idle worker costs next to nothing so.
const IDLE_LOOKS: u32 = 2;

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The shortest pause between two looks.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// The limits of workflow code that doesn't yield.
#[derive(Debug, Clone, Copy)]
pub(super) struct StuckLimits {
    /// The time without yielding after which a workflow is stuck. `None` switches the watchdog off.
    pub(super) timeout: Option<Duration>,
    /// The most threads of stuck workflows that are replaced.
    pub(super) threads: u32,
}

/// The message to the supervisor of a worker that the thread of the worker is stuck.
pub(super) enum Notice {
    /// The thread is to be replaced.
    Replace(StuckWorkflow),
    /// As many threads are stuck as may be, and this is one more. These are their workflows.
    TooMany(Vec<StuckWorkflow>),
}

/// The watchdog of a set of workers.
pub(super) struct Watchdog {
    limits: StuckLimits,
    board: Arc<Board>,
    threads: Mutex<Vec<Watched>>,
}

/// The thread of an SDK worker.
struct Watched {
    queue: &'static str,
    thread: Weak<UserThread>,
    notices: mpsc::UnboundedSender<Notice>,
    /// The last entry into user code that was seen, and the time for which it has been seen.
    entry: u64,
    lasted: Duration,
    /// The workflow that the thread is stuck in.
    stuck: Option<StuckWorkflow>,
}

impl Watchdog {
    pub(super) fn start(limits: StuckLimits, board: &Arc<Board>) -> Arc<Self> {
        let board = Arc::clone(board);
        let watchdog = Arc::new(Self { limits, board, threads: Mutex::default() });
        if limits.timeout.is_some() {
            look_after(&watchdog);
        }
        watchdog
    }

    /// Watches the calling thread until it ends, and returns the notices on it.
    pub(super) fn watch_this_thread(&self, queue: &'static str) -> mpsc::UnboundedReceiver<Notice> {
        let (notices, received) = mpsc::unbounded_channel();
        let mut threads = self.threads();
        threads.retain(|watched| watched.thread.strong_count() > 0 || watched.stuck.is_some());
        threads.push(Watched {
            queue,
            thread: Arc::downgrade(&UserThread::of_this_thread()),
            notices,
            entry: 0,
            lasted: Duration::ZERO,
            stuck: None,
        });
        received
    }

    /// Returns the workflows whose code runs at this moment on the threads of a queue, in time or not.
    pub(super) fn computing(&self, queue: &str) -> Vec<StuckWorkflow> {
        let of_queue = |watched: &&Watched| watched.queue == queue;
        let running = |watched: &Watched| {
            let (_, code) = watched.thread.upgrade()?.running()?;
            Some(StuckWorkflow::new(watched.queue, &code))
        };
        self.threads().iter().filter(of_queue).filter_map(running).collect()
    }

    /// Looks at the threads, some time after the last look. Returns the pause until the next one.
    fn look(&self, passed: Duration) -> Duration {
        let Some(timeout) = self.limits.timeout else { return LONGEST_PAUSE };
        let mut is_idle = true;
        let mut threads = self.threads();
        threads.retain_mut(|watched| {
            let thread = watched.thread.upgrade();
            let running = thread.as_ref().and_then(|thread| thread.running());
            is_idle &= running.is_none();
            match running {
                Some((entry, _)) if entry == watched.entry => watched.lasted += passed,
                _ => {
                    watched.entry = running.map_or(0, |(entry, _)| entry);
                    watched.lasted = Duration::ZERO;
                    if let Some(stuck) = watched.stuck.take() {
                        self.board.unstuck(&stuck);
                        if let Some(run_id) = &stuck.run_id {
                            quarantine::note_yielded(run_id, &stuck.code);
                        }
                        tracing::warn!(queue = watched.queue, "{stuck} yields again");
                    }
                }
            }
            thread.is_some()
        });
        for index in 0..threads.len() {
            let watched = &threads[index];
            if watched.lasted < timeout || watched.stuck.is_some() {
                continue;
            }
            if is_debugged() {
                threads[index].lasted = Duration::ZERO;
                continue;
            }
            let running = watched.thread.upgrade().and_then(|thread| thread.running());
            if let Some((entry, code)) = running
                && entry == watched.entry
            {
                self.stuck(&mut threads, index, &code, timeout);
            }
        }
        let looks = if is_idle { IDLE_LOOKS } else { LOOKS };
        (timeout / looks).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
    }

    /// Reports a thread that doesn't yield, and has it replaced.
    fn stuck(&self, threads: &mut [Watched], index: usize, code: &UserCode, timeout: Duration) {
        let queue = threads[index].queue;
        let stuck = StuckWorkflow::new(queue, code);
        let is_quarantined =
            (code.run.as_ref()).is_some_and(|run| quarantine::note_stuck(&run.run_id, &stuck.code));
        self.board.stuck(&stuck);
        threads[index].stuck = Some(stuck.clone());
        let all: Vec<_> = threads.iter().filter_map(|watched| watched.stuck.clone()).collect();
        let notice = if u32::try_from(all.len()).is_ok_and(|stuck| stuck > self.limits.threads) {
            Notice::TooMany(all)
        } else {
            Notice::Replace(stuck.clone())
        };
        // Nobody listens for a thread that was replaced before.
        let _ = threads[index].notices.send(notice);
        tracing::error!(
            monotonic_counter.durable_stuck_workflows = 1_u64,
            queue,
            workflow_type = stuck.workflow_type,
            workflow_id = stuck.workflow_id,
            run_id = stuck.run_id,
            code = stuck.code,
            is_quarantined,
            "workflow code has not yielded for {timeout:?}, and stops the other workflows of its worker; \
             move what computes or blocks to an activity"
        );
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The watchdogs of the process, for its thread.
static WATCHDOGS: Mutex<Looking> = Mutex::new(Looking { watchdogs: Vec::new(), runs: false });

struct Looking {
    watchdogs: Vec<Weak<Watchdog>>,
    /// `true` while the thread runs.
    runs: bool,
}

fn watchdogs() -> MutexGuard<'static, Looking> {
    WATCHDOGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the process's thread look after a watchdog until it is dropped.
fn look_after(watchdog: &Arc<Watchdog>) {
    let mut looking = watchdogs();
    looking.watchdogs.push(Arc::downgrade(watchdog));
    if !looking.runs {
        let started = thread::Builder::new().name("durable-watchdog".to_owned()).spawn(look);
        looking.runs = started.is_ok();
        if let Err(error) = started {
            tracing::error!(%error, "no watchdog: the system refuses a thread");
        }
    }
}

/// Looks after the watchdogs until none is left.
fn look() {
    let (mut last, mut pause) = (Instant::now(), SHORTEST_PAUSE);
    loop {
        let mut looking = watchdogs();
        let watchdogs: Vec<_> = looking.watchdogs.iter().filter_map(Weak::upgrade).collect();
        if watchdogs.is_empty() {
            *looking = Looking { watchdogs: Vec::new(), runs: false };
            return;
        }
        looking.watchdogs.retain(|watchdog| watchdog.strong_count() > 0);
        drop(looking);
        // A process that was suspended has had no time to yield either.
        let passed = last.elapsed().min(pause * 2);
        last = Instant::now();
        // The log is written to by code of the user's. The panic hook tells of its panic.
        let pauses = watchdogs.iter().filter_map(|watchdog| caught(|| watchdog.look(passed)).ok());
        pause = pauses.min().unwrap_or(LONGEST_PAUSE);
        drop(watchdogs);
        thread::sleep(pause);
    }
}

/// Returns whether a debugger is attached to the process, which may hold any thread for any time. It is
/// known on Linux.
fn is_debugged() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}
