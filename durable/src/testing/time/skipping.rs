//! When the workflows of a test skip time.

/// When the workflows of a test skip time: wherever a workflow has nothing to do but to wait for a
/// timer, the backoff of a retry or its own timeout, its clock goes there at once.
///
/// No time is skipped while an activity or a child runs, and a workflow that waits for nothing that
/// has a time stays where it is. Children and continued runs do as the workflow that started them.
/// See [`TestEnv::skip`](crate::testing::TestEnv::skip) for moving time by hand, in each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeSkipping {
    /// From when a result is waited for, by `execute(..)` or `result()`; until then time is real.
    ///
    /// So a test can send a signal to a workflow that waits for it with a timeout, and the timeout
    /// comes due when the test does nothing but wait.
    #[default]
    WhenAwaited,
    /// From when a workflow is started.
    Always,
    /// Never; only [`TestEnv::skip`](crate::testing::TestEnv::skip) moves time.
    Never,
}
