//! The runs that got stuck in this process, and those of them that get no more chances here.
//!
//! Each chance may cost a thread that never comes back. A process that starts anew gives a run its
//! chances again: with other code, it may yield.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of times that a run may get stuck before it is quarantined.
const CHANCES: u32 = 2;

/// The most runs that are remembered. A run that is forgotten has all its chances again.
const MOST_RUNS: usize = 1000;

/// The runs that got stuck in this process.
static STUCK: Quarantine = Quarantine(Mutex::new(VecDeque::new()));

struct Quarantine(Mutex<VecDeque<Stuck>>);

struct Stuck {
    run_id: String,
    times: u32,
    /// The code in which it got stuck last.
    code: String,
    /// The code in which it is stuck at this time, once for each thread.
    now: Vec<String>,
}

/// Notes that a run got stuck, and returns `true` if it is quarantined from now on.
pub(crate) fn note_stuck(run_id: &str, code: &str) -> bool {
    STUCK.note(run_id, code)
}

/// Notes that a run that was stuck yields again.
pub(crate) fn note_yielded(run_id: &str, code: &str) {
    STUCK.note_yielded(run_id, code);
}

/// Returns `true` if a thread is stuck in this code of a run at this time. Clients repeat a query that
/// isn't answered, and each repetition would cost another thread.
pub(crate) fn is_stuck_in(run_id: &str, code: impl fmt::Display) -> bool {
    let runs = STUCK.runs();
    let stuck = runs.iter().find(|stuck| stuck.run_id == run_id && !stuck.now.is_empty());
    stuck.is_some_and(|stuck| stuck.now.contains(&code.to_string()))
}

/// Returns the reason that a run isn't handed to user code by this process, if there is one.
pub(crate) fn reason(run_id: &str) -> Option<String> {
    STUCK.reason(run_id)
}

impl Quarantine {
    fn note(&self, run_id: &str, code: &str) -> bool {
        let mut runs = self.runs();
        let known = runs.iter().position(|stuck| stuck.run_id == run_id);
        let mut stuck = known.and_then(|index| runs.remove(index)).unwrap_or_else(|| Stuck {
            run_id: run_id.to_owned(),
            times: 0,
            code: String::new(),
            now: Vec::new(),
        });
        stuck.times = stuck.times.saturating_add(1);
        code.clone_into(&mut stuck.code);
        stuck.now.push(code.to_owned());
        let is_quarantined = stuck.times >= CHANCES;
        runs.push_back(stuck);
        if runs.len() > MOST_RUNS {
            runs.pop_front();
        }
        is_quarantined
    }

    fn note_yielded(&self, run_id: &str, code: &str) {
        let mut runs = self.runs();
        if let Some(stuck) = runs.iter_mut().find(|stuck| stuck.run_id == run_id)
            && let Some(index) = stuck.now.iter().position(|now| now == code)
        {
            stuck.now.remove(index);
        }
    }

    fn reason(&self, run_id: &str) -> Option<String> {
        let runs = self.runs();
        let stuck = runs.iter().find(|stuck| stuck.run_id == run_id && stuck.times >= CHANCES)?;
        let Stuck { times, code, .. } = stuck;
        Some(format!(
            "this run is quarantined by its worker's process: its code did not yield {times} times, the \
             last time in {code}; move what computes or blocks to an activity, and restart the worker, or \
             terminate the workflow"
        ))
    }

    fn runs(&self) -> MutexGuard<'_, VecDeque<Stuck>> {
        // No code panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{CHANCES, MOST_RUNS, Quarantine};

    #[test]
    fn a_run_has_its_chances_and_is_named_after_them() {
        let quarantine = Quarantine(std::sync::Mutex::default());
        for _ in 1..CHANCES {
            assert!(!quarantine.note("run", "`#[run]`"));
            assert_eq!(quarantine.reason("run"), None);
        }
        assert!(quarantine.note("run", "query `status`"));
        let reason = quarantine.reason("run").expect("it is quarantined");
        assert!(reason.contains("did not yield 2 times"), "{reason}");
        assert!(reason.contains("the last time in query `status`"), "{reason}");
        assert_eq!(quarantine.reason("another"), None);
    }

    #[test]
    fn the_number_of_remembered_runs_is_bounded() {
        let quarantine = Quarantine(std::sync::Mutex::default());
        for run in 0..MOST_RUNS * 2 {
            quarantine.note(&run.to_string(), "`#[run]`");
        }
        assert_eq!(quarantine.runs().len(), MOST_RUNS);
        assert!(quarantine.note(&(MOST_RUNS * 2 - 1).to_string(), "`#[run]`"));
    }
}
