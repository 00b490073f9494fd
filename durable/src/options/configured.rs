//! Configured options of workflows and activities: the layer below the annotations.

use std::collections::BTreeMap;

use super::{ActivityOptions, WorkflowOptions};

/// Options for all workflows and activities, and for individual ones by their registered name.
///
/// They override the built-in options, and annotations override them. Options for a name override those
/// for all. `Config` reads them from a file. A program can also create them itself and pass them to
/// `ClientBuilder::configured_options`.
///
/// ```
/// use std::time::Duration;
/// use durable::options::{ActivityOptions, ConfiguredOptions};
///
/// let minute = ActivityOptions::default().start_to_close_timeout(Duration::from_secs(60));
/// let options = ConfiguredOptions::default().activity("charge", minute);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfiguredOptions {
    workflows: WorkflowOptions,
    activities: ActivityOptions,
    of_workflows: BTreeMap<String, WorkflowOptions>,
    of_activities: BTreeMap<String, ActivityOptions>,
}

/// The configured options of one workflow or activity: for its type, and for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configured<O> {
    pub(crate) of_type: O,
    pub(crate) of_all: O,
}

impl ConfiguredOptions {
    /// Creates an empty configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the options of every workflow.
    #[must_use]
    pub fn workflows(mut self, options: WorkflowOptions) -> Self {
        self.workflows = options;
        self
    }

    /// Sets the options of every activity.
    #[must_use]
    pub fn activities(mut self, options: ActivityOptions) -> Self {
        self.activities = options;
        self
    }

    /// Sets the options of one workflow, by its registered name.
    #[must_use]
    pub fn workflow(mut self, name: impl Into<String>, options: WorkflowOptions) -> Self {
        self.of_workflows.insert(name.into(), options);
        self
    }

    /// Sets the options of one activity, by its registered name.
    #[must_use]
    pub fn activity(mut self, name: impl Into<String>, options: ActivityOptions) -> Self {
        self.of_activities.insert(name.into(), options);
        self
    }

    /// Returns the configured options of a workflow.
    pub(crate) fn of_workflow(&self, name: &str) -> Configured<WorkflowOptions> {
        let of_type = self.of_workflows.get(name).cloned().unwrap_or_default();
        Configured { of_type, of_all: self.workflows.clone() }
    }

    /// Returns the configured options of an activity.
    pub(crate) fn of_activity(&self, name: &str) -> Configured<ActivityOptions> {
        let of_type = self.of_activities.get(name).cloned().unwrap_or_default();
        Configured { of_type, of_all: self.activities.clone() }
    }
}
