//! The operations of the gateway.

/// An operation of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Starts a workflow.
    Start,
    /// Starts a workflow, and waits for its output.
    Execute,
    /// Lists workflows. The hook is asked once for each type.
    List,
    /// Describes a workflow.
    Describe,
    /// Waits for the output of a workflow.
    Result,
    /// Sends a signal.
    Signal,
    /// Sends a query.
    Query,
    /// Sends an update, or waits for the output of one.
    Update,
    /// Requests the cancellation of a workflow.
    Cancel,
    /// Ends a workflow at once.
    Terminate,
    /// Creates a schedule.
    CreateSchedule,
    /// Lists schedules. The hook is asked once for each type.
    ListSchedules,
    /// Describes a schedule.
    DescribeSchedule,
    /// Pauses a schedule.
    PauseSchedule,
    /// Continues a paused schedule.
    UnpauseSchedule,
    /// Starts the workflow of a schedule at once.
    TriggerSchedule,
    /// Deletes a schedule.
    DeleteSchedule,
    /// Reads the `OpenAPI` document.
    Document,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 18] = [
        Self::Start,
        Self::Execute,
        Self::List,
        Self::Describe,
        Self::Result,
        Self::Signal,
        Self::Query,
        Self::Update,
        Self::Cancel,
        Self::Terminate,
        Self::CreateSchedule,
        Self::ListSchedules,
        Self::DescribeSchedule,
        Self::PauseSchedule,
        Self::UnpauseSchedule,
        Self::TriggerSchedule,
        Self::DeleteSchedule,
        Self::Document,
    ];

    /// The operations that change nothing: list, describe, result, query, and the document.
    pub const READ_ONLY: [Self; 7] = [
        Self::List,
        Self::Describe,
        Self::Result,
        Self::Query,
        Self::ListSchedules,
        Self::DescribeSchedule,
        Self::Document,
    ];
}
