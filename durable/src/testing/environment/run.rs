//! The code behind `#[durable::test]`: an environment around a test's body, and the report.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::builder::{TestEnvBuilder, WorkerMode};
use super::crash;
use super::end::Finished;
use super::{TestEnv, log, stalled};
use crate::error::Error;
use crate::testing::TimeSkipping;

/// The default timeout of a test's body: long for a test that skips time, and short enough to wait
/// for.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The arguments of `#[durable::test]`.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs, reason = "generated code creates it")]
pub struct Test {
    /// The test's path.
    pub name: &'static str,
    /// True if the test runs in crash mode.
    pub crash: bool,
    /// The mode of time skipping.
    pub time_skipping: TimeSkipping,
    /// The user's function that adds options to the environment.
    pub setup: Option<fn(TestEnvBuilder) -> TestEnvBuilder>,
}

/// A type that a test may take: [`TestEnv`].
#[diagnostic::on_unimplemented(
    message = "a test takes a `TestEnv`, and this is `{Self}`",
    label = "write `TestEnv`",
    note = "it is `durable::testing::TestEnv`, by value"
)]
pub trait TestParameter {
    /// Returns the argument of the test.
    fn given(env: TestEnv) -> Self;
}

impl TestParameter for TestEnv {
    fn given(env: TestEnv) -> Self {
        env
    }
}

/// A type that a test may return.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "this says neither that the test passed nor that it failed",
    note = "return nothing, or a `Result` such as `durable::Result<()>`, whose types are `Debug`"
)]
pub trait TestOutput {
    /// Returns the value's `Debug` form.
    ///
    /// # Errors
    /// The `Debug` form of the error, if the test returned one.
    fn outcome(self) -> Result<String, String>;
}

impl TestOutput for () {
    fn outcome(self) -> Result<String, String> {
        Ok(String::new())
    }
}

impl<T: Debug, E: Debug> TestOutput for Result<T, E> {
    fn outcome(self) -> Result<String, String> {
        self.map(|value| format!("{value:?}")).map_err(|error| format!("{error:?}"))
    }
}

/// The outcome of a test's body.
enum Outcome {
    Passed(String),
    Failed(String),
    Panicked(Box<dyn Any + Send>),
}

/// Runs a test. Generated code calls it.
///
/// # Panics
/// Panics if the test fails.
#[track_caller]
pub fn run_test<F, Fut>(test: Test, body: F)
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a program without timers and sockets cannot run");
    let failure = runtime.block_on(async {
        if test.crash {
            crash_test(&test, body).await
        } else {
            one_run(&test, WorkerMode::Normal, "", &body).await.err()
        }
    });
    match failure {
        None => {}
        Some(Failure::Words(words)) => panic!("{} failed: {words}", test.name),
        Some(Failure::Panic(panic)) => resume_unwind(panic),
    }
}

/// The failure of a test.
enum Failure {
    Words(String),
    /// A panic of the body, which has already been printed.
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    fn new(how: &str, words: String) -> Self {
        Self::Words(if how.is_empty() { words } else { format!("{how}: {words}") })
    }
}

/// The results of a run that passed, to be compared with another run's.
struct Passed {
    value: String,
    finished: Finished,
}

/// Runs the body with an empty cache, and then with workers that are killed. Both must pass with the
/// same results.
async fn crash_test<F, Fut>(test: &Test, body: F) -> Option<Failure>
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    let emptied = "with the workflow cache emptied at every task";
    let first = match one_run(test, WorkerMode::NoCache, emptied, &body).await {
        Ok(first) => first,
        Err(failure) => return Some(failure),
    };
    let points = crash::points(first.finished.steps);
    let steps: Vec<_> = points.iter().map(ToString::to_string).collect();
    let killed = format!(
        "with its workers killed at step {} of {}",
        steps.join(", at step "),
        first.finished.steps
    );
    let second = match one_run(test, WorkerMode::Killed(points), &killed, &body).await {
        Ok(second) => second,
        Err(failure) => return Some(failure),
    };
    let difference = if first.value != second.value {
        format!("it returned {}, and {} {emptied}", second.value, first.value)
    } else if first.finished.ends != second.finished.ends {
        let (first, second) = (ends(&first.finished), ends(&second.finished));
        format!("its workflows ended as {second}, and {emptied} as {first}")
    } else {
        return None;
    };
    Some(Failure::new(&killed, difference))
}

fn ends(finished: &Finished) -> String {
    let ends = finished.ends.iter();
    let ends: Vec<_> = ends.map(|((name, end), count)| format!("{name}: {count} {end}")).collect();
    ends.join(", ")
}

/// Runs the body once, in an environment of its own.
async fn one_run<F, Fut>(
    test: &Test,
    mode: WorkerMode,
    how: &str,
    body: &F,
) -> Result<Passed, Failure>
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    let builder = TestEnv::builder().time_skipping(test.time_skipping);
    let builder = match test.setup {
        Some(setup) => setup(builder),
        None => builder,
    };
    // The setup may have set a subscriber.
    log::capture();
    let timeout = builder.timeout.unwrap_or(TIMEOUT);
    let env = builder.worker_mode(mode).start().await;
    let env = env.map_err(|error| Failure::new(how, format!("{error:?}")))?;
    let running = AssertUnwindSafe(body(env.clone())).catch_unwind();
    let outcome = match tokio::time::timeout(timeout, running).await {
        Ok(Ok(output)) => output.outcome().map_or_else(Outcome::Failed, Outcome::Passed),
        Ok(Err(panic)) => Outcome::Panicked(panic),
        Err(_) => Outcome::Failed(stalled::explain(&env, timeout).await),
    };
    let finished = env.finish().await;
    conclude(test, how, outcome, finished)
}

/// Combines the outcomes of the body and of the environment's end, with every problem of both.
fn conclude(
    test: &Test,
    how: &str,
    outcome: Outcome,
    finished: Result<Finished, Error>,
) -> Result<Passed, Failure> {
    let finished = finished.map_err(|error| format!("{error:?}"));
    if let Ok(Finished { terminated, .. }) = &finished
        && !terminated.is_empty()
    {
        let terminated = terminated.join("`, `");
        eprintln!(
            "{} ended while these workflows were running; they were terminated: `{terminated}`",
            test.name
        );
    }
    let words = match (outcome, finished) {
        (Outcome::Passed(value), Ok(finished)) => return Ok(Passed { value, finished }),
        (Outcome::Passed(_), Err(end)) => end,
        (Outcome::Failed(error), Ok(_)) => error,
        (Outcome::Failed(error), Err(end)) => format!("{error}\n\nand then: {end}"),
        (Outcome::Panicked(panic), finished) => {
            if !how.is_empty() {
                eprintln!("{} panicked {how}", test.name);
            }
            if let Err(end) = finished {
                eprintln!("{} panicked, and then: {end}", test.name);
            }
            return Err(Failure::Panic(panic));
        }
    };
    Err(Failure::new(how, words))
}
