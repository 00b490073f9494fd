//! What was replayed.

use std::fmt;

use super::history::Recorded;
use crate::error::RecordedWorkflow;

/// Histories that the linked code replays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    histories: Vec<ReplayedHistory>,
}

/// A history that the linked code replays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayedHistory {
    /// Its file, or how it was given.
    pub source: String,
    /// The workflow that it tells of.
    pub workflow: RecordedWorkflow,
    /// How many events it has.
    pub events: usize,
}

impl Replayed {
    pub(super) fn of(recorded: &[Recorded]) -> Self {
        let histories = recorded.iter().filter_map(|history| {
            Some(ReplayedHistory {
                source: history.name.clone(),
                workflow: history.workflow().ok()?.0,
                events: history.events.len(),
            })
        });
        Self { histories: histories.collect() }
    }

    /// Each history, in the order in which they were given.
    #[must_use]
    pub fn histories(&self) -> &[ReplayedHistory] {
        &self.histories
    }

    /// How many histories were replayed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.histories.len()
    }

    /// Whether there was none, which the replayer reports as an error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.histories.is_empty()
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "histories that replay: {}", self.len())?;
        for ReplayedHistory { source, workflow, events } in &self.histories {
            write!(f, "\n- {source}: {workflow}, {events} events")?;
        }
        Ok(())
    }
}
