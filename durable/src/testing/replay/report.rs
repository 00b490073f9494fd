//! The report of a replay without problems.

use std::fmt;

use super::history::Recorded;
use crate::testing::error::RecordedWorkflow;

/// The histories of a replay without problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    histories: Vec<ReplayedHistory>,
}

/// A history that was replayed without a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayedHistory {
    /// The history's file, or a name for it.
    pub source: String,
    /// The workflow of the history.
    pub workflow: RecordedWorkflow,
    /// The number of its events.
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

    /// Returns the histories, in the order in which they were added.
    #[must_use]
    pub fn histories(&self) -> &[ReplayedHistory] {
        &self.histories
    }

    /// Returns the number of histories that were replayed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.histories.len()
    }

    /// Returns whether there were no histories, which the replayer reports as an error.
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
