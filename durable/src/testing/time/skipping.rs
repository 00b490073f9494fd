//! The modes of time skipping.

/// The mode of time skipping in a test.
///
/// The clock of a workflow that skips time is moved at once to the next timer, to the end of the
/// backoff of a retry, or to the workflow's own timeout, while the workflow has nothing else to do.
/// No time is skipped while a workflow task, an activity or a child runs. A workflow that waits for
/// nothing with a time waits in real time.
///
/// Continued runs skip time if the run before them did. Children skip time if their parent does,
/// but never while their parent or another workflow of the same family has work to do, so that a
/// child still receives a signal that its parent is about to send.
///
/// [`TestEnv::skip`](crate::testing::TestEnv::skip) moves time by hand, in every mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeSkipping {
    /// A workflow skips time once its result is awaited with `execute(..)` or `result()`. Before that,
    /// its time is real.
    ///
    /// So a test can signal a workflow before its timeout, and the timeout passes at once when the
    /// test only waits for the result.
    #[default]
    WhenAwaited,
    /// A workflow skips time from its start.
    Always,
    /// Time is real; only [`TestEnv::skip`](crate::testing::TestEnv::skip) moves it.
    Never,
}
