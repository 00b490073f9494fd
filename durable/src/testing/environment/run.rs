//! What `#[durable::test]` makes a test of: an environment around a body, and the report.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::builder::{Life, TestEnvBuilder};
use super::crash;
use super::end::Finished;
use super::{TestEnv, log, stalled};
use crate::error::Error;
use crate::testing::TimeSkipping;

/// How long the body of a test may take where nothing else is said: long for a test that skips time,
/// and short enough to be waited for by whoever broke it.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What `#[durable::test]` says of a test.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// The test's path.
    pub name: &'static str,
    /// Whether it runs in crash mode.
    pub crash: bool,
    /// When workflows skip time.
    pub time_skipping: TimeSkipping,
    /// What the user adds to the environment.
    pub setup: Option<fn(TestEnvBuilder) -> TestEnvBuilder>,
}

/// What a test may take.
#[diagnostic::on_unimplemented(
    message = "a test takes a `TestEnv`, and this is `{Self}`",
    label = "write `TestEnv`",
    note = "it is `durable::testing::TestEnv`, by value"
)]
pub trait TestParameter {
    /// What the test is given.
    fn given(env: TestEnv) -> Self;
}

impl TestParameter for TestEnv {
    fn given(env: TestEnv) -> Self {
        env
    }
}

/// What a test may return.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "this says neither that the test passed nor that it failed",
    note = "return nothing, or a `Result` such as `durable::Result<()>`, whose types are `Debug`"
)]
pub trait TestOutput {
    /// The value or the error, in words.
    ///
    /// # Errors
    /// The words of the error.
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

/// How the body of a test ended.
enum Outcome {
    Passed(String),
    Failed(String),
    Panicked(Box<dyn Any + Send>),
}

/// Runs a test; called by generated code.
///
/// # Panics
/// When the test fails, as tests do.
#[track_caller]
pub fn run_test<F, Fut>(test: Test, body: F)
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    log::capture();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a program without timers and sockets cannot run");
    let failure = runtime.block_on(async {
        if test.crash {
            crash_test(&test, body).await
        } else {
            one_run(&test, Life::Undisturbed, "", &body).await.err()
        }
    });
    match failure {
        None => {}
        Some(Failure::Words(words)) => panic!("{} failed: {words}", test.name),
        Some(Failure::Panic(panic)) => resume_unwind(panic),
    }
}

/// Why a test failed.
enum Failure {
    Words(String),
    /// The body's own panic, of which the harness has told already.
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    fn new(how: &str, words: String) -> Self {
        Self::Words(if how.is_empty() { words } else { format!("{how}: {words}") })
    }
}

/// What a passed run leaves to be compared.
struct Passed {
    value: String,
    finished: Finished,
}

/// The body with an empty cache, and with workers that are killed: the same must come of both.
async fn crash_test<F, Fut>(test: &Test, body: F) -> Option<Failure>
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    let emptied = "with the workflow cache emptied at every task";
    let first = match one_run(test, Life::Emptied, emptied, &body).await {
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
    let second = match one_run(test, Life::Killed(points), &killed, &body).await {
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

/// One run of the body in an environment of its own.
async fn one_run<F, Fut>(test: &Test, life: Life, how: &str, body: &F) -> Result<Passed, Failure>
where
    F: Fn(TestEnv) -> Fut,
    Fut: Future<Output: TestOutput>,
{
    let builder = TestEnv::builder().time_skipping(test.time_skipping);
    let builder = match test.setup {
        Some(setup) => setup(builder),
        None => builder,
    };
    let timeout = builder.timeout.unwrap_or(TIMEOUT);
    let env = builder.life(life).start().await;
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

/// What comes of the end of a body and the end of its environment; all that was wrong is said.
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
