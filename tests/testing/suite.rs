//! A benchmark of the time that tests take around their bodies: from the start of a test to its body, and
//! for a suite of 100 small tests with one workflow each, run as the test harness would run them.
//!
//! `cargo bench --workspace --bench suite --profile dev`, as tests are built; without the profile it
//! measures a release build. It is no test: it prints, and judges nothing.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use durable::prelude::*;
use durable::testing::TestEnv;

const TESTS: usize = 100;
const TIMERS: usize = 100;

#[activity(queue = "small", start_to_close_timeout = "10s")]
async fn greet(name: String) -> Result<String, ActivityError> {
    Ok(format!("Hello, {name}!"))
}

#[workflow(queue = "small")]
#[derive(Default)]
struct Small;

#[workflow_methods]
impl Small {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(3600)).await?;
        Ok(greet::execute(ctx, name).await?)
    }
}

#[workflow(queue = "small")]
#[derive(Default)]
struct Waits;

#[workflow_methods]
impl Waits {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, times: usize) -> WorkflowResult<()> {
        for _ in 0..times {
            ctx.sleep(Duration::from_secs(3600)).await?;
        }
        Ok(())
    }
}

/// Returns the time of a workflow that skips over some timers, one after the other.
fn timers(times: usize) -> durable::Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(async {
        let env = TestEnv::start().await?;
        let began = Instant::now();
        Waits::execute(env.client(), times).await?;
        let elapsed = began.elapsed();
        env.finish().await?;
        Ok(elapsed)
    })
}

/// One test, as `#[durable::test]` runs it; returns how long it took to its body.
fn test() -> durable::Result<Duration> {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(async {
        let env = TestEnv::start().await?;
        let to_body = began.elapsed();
        assert_eq!(Small::execute(env.client(), "Ada".to_owned()).await?, "Hello, Ada!");
        let finished = env.finish().await?;
        assert_eq!(finished.replayed, 1);
        Ok(to_body)
    })
}

fn main() -> durable::Result<()> {
    let began = Instant::now();
    let first = test()?;
    println!("the first test: {:.0?} to its body, {:.0?} in all", first, began.elapsed());
    let began = Instant::now();
    let second = test()?;
    println!("the second test: {:.0?} to its body, {:.0?} in all", second, began.elapsed());

    println!("{TIMERS} skipped timers, one after the other: {:.1?}", timers(TIMERS)?);

    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let next = AtomicUsize::new(0);
    let to_bodies = Mutex::new(Vec::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < TESTS {
                    let to_body = test().expect("a small test passes");
                    to_bodies.lock().expect("no test panicked").push(to_body);
                }
            });
        }
    });
    let elapsed = began.elapsed();
    let mut to_bodies = to_bodies.into_inner().expect("no test panicked");
    to_bodies.sort();
    println!(
        "{TESTS} tests, {threads} at a time: {elapsed:.1?}; to the body {:.0?} in the median, {:.0?} at the longest",
        to_bodies[TESTS / 2],
        to_bodies[TESTS - 1]
    );
    Ok(())
}
